/**
 * The busy switch of `live-child.ts`, as its parent has it: an address, figures now and then, and
 * at its end whether every packet was accounted for.
 *
 * Owner: the process, until `end()`.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { LiveEnd, LiveFigures, LiveMessage } from './live-child.js';
import type { LiveLoadOptions } from './live-load.js';

/** Between two figures. */
const FIGURES_MS = 1000;

export class LiveSwitch {
  readonly url: string;
  readonly #child: ChildProcess;
  #figures: LiveFigures[] = [];

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    child.on('message', ({ figures }: { readonly figures?: LiveFigures }) => {
      if (figures !== undefined) this.#figures.push(figures);
    });
  }

  /** As soon as all its flows exist. */
  static async start({ upcallsPerSecond, flows }: LiveLoadOptions): Promise<LiveSwitch> {
    const file = join(import.meta.dirname, 'live-child.js');
    const child = fork(file, [`${upcallsPerSecond}`, `${flows}`, `${FIGURES_MS}`]);
    const { url } = await answerOf(child, (message) => ('url' in message ? message : undefined));
    return new LiveSwitch(child, url);
  }

  /** Figures since the last time. */
  take(): readonly LiveFigures[] {
    const figures = this.#figures;
    this.#figures = [];
    return figures;
  }

  async end(): Promise<LiveEnd> {
    const ended = answerOf(this.#child, (message) => ('end' in message ? message.end : undefined));
    this.#child.send('end');
    return await ended;
  }
}

/** The first message that `pick` makes something of; rejects where the process ends before. */
function answerOf<Answer>(
  child: ChildProcess,
  pick: (message: LiveMessage) => Answer | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    child.on('message', (message: LiveMessage) => {
      const answer = pick(message);
      if (answer !== undefined) resolve(answer);
    });
    child.on('exit', (code) => reject(new Error(`The busy switch ended with ${code}`)));
  });
}
