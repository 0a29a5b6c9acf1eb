/**
 * An `upcall run` with three dummy ports, which listens on a TCP port: its memory, its counters,
 * frames into its ports, and what it says at its end.
 *
 * Owner: the process, its folder, and the connection to its control socket.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ControlClient } from '../../src/management/control-client.js';

const UPCALL = resolve('bin/upcall');
const LEAK = new URL('leak.js', import.meta.url).href;
const PORTS = ['dummy:p1', 'dummy:p2', 'dummy:p3'];
/** Every packet goes to the controllers and on; each is a flow of its own after a while. */
const FLOWS = 'priority=9,udp,actions=CONTROLLER:128,2\npriority=1,actions=NORMAL\n';

export class SoakedDaemon {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #control: ControlClient;
  readonly port: number;
  #text: string;

  private constructor(child: ChildProcess, folder: string, control: ControlClient, text: string) {
    this.#child = child;
    this.#folder = folder;
    this.#control = control;
    this.#text = text;
    this.port = Number(/ptcp:(\d+)/.exec(text)?.[1]);
    child.stdout?.on('data', (part: Buffer) => {
      this.#text += part;
    });
  }

  /** `leak`: kB a second that it shall lose. */
  static async start(leak = 0): Promise<SoakedDaemon> {
    const folder = mkdtempSync(join(tmpdir(), 'upcall-soak-'));
    writeFileSync(join(folder, 'flows'), FLOWS);
    const places = ['--rundir', folder, '--flows', join(folder, 'flows')];
    const ports = PORTS.flatMap((port) => ['--port', port]);
    const loaded = leak > 0 ? ['--import', LEAK] : [];
    const words = [...loaded, UPCALL, 'run', ...places, ...ports, '--listen', 'ptcp:0:127.0.0.1'];
    const child = spawn(process.execPath, words, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SOAK_LEAK: String(leak) },
    });
    let text = '';
    while (!text.includes('is up')) {
      const [part] = await once(child.stdout, 'data');
      text += String(part);
    }
    const path = /ovs-appctl -t (\S+)/.exec(text)?.[1] ?? '';
    return new SoakedDaemon(child, folder, await ControlClient.connect(path), text);
  }

  /** Lets frames in, given in hex. */
  async receive(port: string, frames: readonly string[]): Promise<void> {
    await this.#control.run('netdev-dummy/receive', [port, ...frames]);
  }

  /** Resident memory, in MB. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
  }

  async command(name: string): Promise<string> {
    return String(await this.#control.run(name, []));
  }

  /** Stops it in order; the last line that it said. */
  async stop(): Promise<string> {
    this.#control.close();
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
    return this.#text.trimEnd().split('\n').at(-1) ?? '';
  }
}
