/**
 * Hosts for a switch: network namespaces that a test makes, with cables (veth pairs) between them.
 *
 * All traffic stays inside of them. The switch lives in one, each host in one of its own; a cable's
 * end in a host is called "eth0" and has an address of 10.9.0.0/24. Needs root; where that is
 * missing, tests are left out and say so.
 *
 * Owner: the namespaces and every process in them, until `destroy`.
 */

import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const MISSING = missingNeeds();

/** Whether namespaces can be made here. */
export const hasNetworkLab = MISSING.length === 0;

if (!hasNetworkLab) {
  process.stderr.write(`Left out: tests with network namespaces; missing: ${MISSING.join(', ')}\n`);
}

/** Tools can be installed, so that `.ci/run` must have them; what a machine allows, it allows. */
function missingNeeds(): string[] {
  const tools = ['ip', 'ping', 'iperf3', 'python3', 'setpriv'].filter((tool) => !isInPath(tool));
  if (tools.length > 0 && process.env['CI'] !== undefined) {
    throw new Error(`Cannot make network namespaces: ${tools.join(', ')} is missing`);
  }
  if (process.getuid?.() !== 0) return ['root', ...tools];
  if (!existsSync('/dev/net/tun')) return ['/dev/net/tun', ...tools];
  return tools.length > 0 || mayMakeNamespaces() ? tools : ['the right to make namespaces'];
}

function mayMakeNamespaces(): boolean {
  const name = `probe${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'ignore' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function isInPath(tool: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(join(folder, tool)));
}

export interface Host {
  /** Of its namespace. */
  readonly name: string;
  readonly address: string;
  /** The cable's end at the switch. */
  readonly cable: string;
}

export class NetworkLab {
  /** The switch's namespace. */
  readonly switchName: string;
  /** For files and sockets. */
  readonly folder = mkdtempSync(join(tmpdir(), 'upcall-lab-'));
  readonly #prefix = `u${process.pid.toString(36)}`;
  readonly #names: string[] = [];
  readonly #processes: ChildProcess[] = [];
  #hostCount = 0;

  constructor() {
    this.switchName = this.#addNamespace('s');
  }

  /** A host with a cable to the switch. */
  addHost(): Host {
    const number = ++this.#hostCount;
    const host = {
      name: this.#addNamespace(`h${number}`),
      address: `10.9.0.${number}`,
      cable: `c${number}`,
    };
    this.plug(host);
    return host;
  }

  /** Puts a cable between switch and host, who had none. */
  plug({ name, address, cable }: Host): void {
    const at = this.switchName;
    ip('-n', at, 'link', 'add', cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('-n', name, 'addr', 'add', `${address}/24`, 'dev', 'eth0');
    ip('-n', name, 'link', 'set', 'eth0', 'up');
    ip('-n', at, 'link', 'set', cable, 'up');
  }

  /** Takes the cable away: both of its ends are gone. */
  unplug({ cable }: Host): void {
    ip('-n', this.switchName, 'link', 'del', cable);
  }

  /** Runs a command to its end, in a namespace; what it wrote. */
  async run(namespace: string, command: string, ...args: string[]): Promise<string> {
    const words = ['netns', 'exec', namespace, command, ...args];
    const { stdout } = await execute('ip', words, { maxBuffer: 1 << 26 });
    return stdout;
  }

  /** Starts a command in a namespace. */
  start(namespace: string, command: string, ...args: string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', namespace, command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#processes.push(child);
    return child;
  }

  /** Whether one host hears another: `count` pings, all of which must be answered. */
  async pings(from: string, address: string, count = 3): Promise<boolean> {
    try {
      const args = ['-c', String(count), '-i', '0.1', '-W', '2', address];
      return (await this.run(from, 'ping', ...args)).includes(` ${count} received`);
    } catch {
      return false;
    }
  }

  destroy(): void {
    for (const child of this.#processes) child.kill('SIGKILL');
    for (const name of this.#names) ip('netns', 'del', name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #addNamespace(suffix: string): string {
    const name = `${this.#prefix}${suffix}`;
    ip('netns', 'add', name);
    this.#names.push(name);
    ip('-n', name, 'link', 'set', 'lo', 'up');
    return name;
  }
}

export function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8' });
}
