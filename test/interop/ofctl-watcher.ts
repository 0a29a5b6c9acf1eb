/**
 * An `ovs-ofctl` that goes on until it is stopped (`monitor`, `snoop`), and what it has printed.
 *
 * Its own control socket tells when it is ready: its `ofctl/barrier` answers when the switch has
 * answered a barrier behind everything that was asked at the start.
 *
 * Owner: the process.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mask, type VersionName } from './openflow-twins.js';
import { UnixctlClient } from './unixctl-client.js';

/** How often a program that tells of nothing is looked at. */
const LOOK_MS = 10;
const LOOKS_MAX = 1_000;

export class OfctlWatcher {
  static #count = 0;
  readonly #process: ChildProcess;
  readonly #control: string;
  #text = '';

  /** `folder` is where its control socket goes. */
  constructor(folder: string, version: VersionName, args: readonly string[]) {
    this.#control = join(folder, `watcher${OfctlWatcher.#count++}.ctl`);
    const words = ['-O', version, `--unixctl=${this.#control}`, ...args];
    this.#process = spawn('ovs-ofctl', words, { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
      });
    }
  }

  /** What it has printed, masked. */
  get text(): string {
    return mask(this.#text);
  }

  /** Resolves when it watches. */
  async isReady(): Promise<void> {
    await this.#isListening();
    await this.command('ofctl/barrier');
  }

  /** Resolves when it has its control socket: one that snoops can send no barrier. */
  async #isListening(): Promise<void> {
    await this.#until(() => existsSync(this.#control));
  }

  /** Runs one of its own commands. */
  async command(name: string, ...params: string[]): Promise<string> {
    const client = await this.#connect();
    try {
      return await client.run(name, ...params);
    } finally {
      client.close();
    }
  }

  /** Its socket is there a moment before it listens. */
  async #connect(): Promise<UnixctlClient> {
    for (let i = 0; ; i++) {
      try {
        return await UnixctlClient.connect(this.#control);
      } catch (error) {
        if (i === LOOKS_MAX) throw error;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    }
  }

  /** Resolves when it has printed what is looked for, or in vain when it should have long ago. */
  async shows(wanted: RegExp): Promise<void> {
    await this.#until(() => wanted.test(this.text));
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill();
    await once(this.#process, 'exit');
  }

  /** Another program tells of nothing but by what it prints. */
  async #until(isSo: () => boolean): Promise<void> {
    for (let i = 0; i < LOOKS_MAX && !isSo() && this.#process.exitCode === null; i++) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}
