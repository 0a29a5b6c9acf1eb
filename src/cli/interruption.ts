/**
 * Somebody's wish that a command end (Ctrl-C), as a promise.
 *
 * Owner: the listener, until `release()`. A second wish ends the process at once.
 */

import type { Io } from './io.js';

export class Interruption {
  /** Resolves with the wish; never where nobody can have one. */
  readonly happened: Promise<void>;
  readonly #stop: () => void;

  constructor({ onInterrupt }: Io) {
    let stop = (): void => {};
    this.happened = new Promise((resolve) => {
      if (onInterrupt !== undefined) stop = onInterrupt(resolve);
    });
    this.#stop = stop;
  }

  /** Ends the waiting: the next wish ends the process. */
  release(): void {
    this.#stop();
  }
}
