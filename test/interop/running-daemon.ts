/**
 * An `upcall run` in a namespace of its own, as a user starts it.
 */

import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NetworkLab } from './network-lab.js';

export const UPCALL = fileURLToPath(new URL('../../bin/upcall', import.meta.url));
/** A first start may compile, and the machine may be busy. */
const START_MS_MAX = 120_000;

export class RunningDaemon {
  readonly #child: ChildProcess;
  #stdout = '';
  #stderr = '';
  readonly #listeners = new Set<() => void>();

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (part: Buffer) => this.#hear(() => (this.#stdout += part)));
    child.stderr?.on('data', (part: Buffer) => this.#hear(() => (this.#stderr += part)));
    child.on('close', () => this.#hear(() => {}));
  }

  /** Resolves when the switch is up. */
  static async start(lab: NetworkLab, ...args: string[]): Promise<RunningDaemon> {
    const words = ['run', '--rundir', lab.folder, ...args];
    const child = lab.start(lab.switchName, process.execPath, UPCALL, ...words);
    const daemon = new RunningDaemon(child);
    await daemon.until(() => daemon.#stdout.includes('is up'));
    return daemon;
  }

  get stdout(): string {
    return this.#stdout;
  }

  /** What was logged. */
  get log(): string {
    return this.#stderr;
  }

  /** `ip netns exec` becomes the command that it runs. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Stops it in order; what it said at the end. */
  async stop(): Promise<string> {
    this.signal('SIGTERM');
    const { code } = await this.ended();
    if (code !== 0) throw new Error(`upcall run ended with ${code}: ${this.#stderr}`);
    return this.#stdout.trimEnd().split('\n').at(-1) ?? '';
  }

  /** How it ended. */
  async ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return { code: exitCode, signal: signalCode };
    return new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal }));
    });
  }

  /** Resolves when `isSo`, looked at whenever it says something. */
  until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (why: string): void => {
        settle();
        reject(new Error(`${why}: ${this.#stdout}${this.#stderr}`));
      };
      const timer = setTimeout(() => fail('upcall run says nothing'), START_MS_MAX);
      const look = (): void => {
        if (isSo()) {
          settle();
          resolve();
        } else if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
          fail('upcall run has ended');
        }
      };
      const settle = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(look);
      };
      this.#listeners.add(look);
      look();
    });
  }

  #hear(note: () => void): void {
    note();
    for (const listener of [...this.#listeners]) listener();
  }
}
