/**
 * `upcall` as a user starts it, with the inspector's page: a process, its address, and what it says
 * by HTTP of its own state, to compare the page with.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import type {
  Position,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from '../../src/inspector/view-data.js';

const ROOT = process.cwd();
const BUNDLED = ['captures/bundled.pcap', '--flows', 'captures/bundled.flows'];

export class InspectedRun {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** A replay of the bundled capture. */
  static replay(): Promise<InspectedRun> {
    return InspectedRun.start(['replay', ...BUNDLED, '--inspect=0']);
  }

  /** `upcall` with these arguments; rejects with what it said, if it says no address. */
  static start(args: readonly string[]): Promise<InspectedRun> {
    const child = spawn(process.execPath, [join(ROOT, 'bin/upcall'), ...args], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return new Promise((resolve, reject) => {
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        const url = /look at (\S+)/.exec(said)?.[1];
        if (url !== undefined) resolve(new InspectedRun(child, url));
      });
      child.on('exit', (code) => reject(new Error(`upcall ended with ${code}: ${said}`)));
    });
  }

  /** The switch's own word on a view. */
  view<View extends ViewName>(view: View, query: ViewQueries[View]): Promise<ViewDocuments[View]> {
    return this.#json(`api/${view}?query=${encodeURIComponent(JSON.stringify(query))}`);
  }

  position(): Promise<Position> {
    return this.#json('api/position');
  }

  async bytes(path: string): Promise<Buffer> {
    const response = await fetch(new URL(path, this.url));
    return Buffer.from(await response.arrayBuffer());
  }

  async #json<Document>(path: string): Promise<Document> {
    const response = await fetch(new URL(path, this.url));
    const text = await response.text();
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Document;
  }

  /** Interrupts it, as Ctrl-C does, and waits for its end. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGINT');
    await ended;
  }
}
