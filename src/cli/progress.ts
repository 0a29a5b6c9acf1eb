/**
 * A progress bar on a terminal's stderr; nothing in a pipe.
 *
 * Owner: the line it draws. It is redrawn when the whole percentage changes, so it costs nothing
 * per packet, and wiped at the end, so that it never stands in a report.
 */

import type { Output } from './io.js';

const BAR_WIDTH = 40;

export class Progress {
  readonly #output: Output;
  readonly #total: number;
  #percent = -1;

  constructor(output: Output, total: number) {
    this.#output = output;
    this.#total = total;
  }

  update(done: number): void {
    if (this.#output.isTTY !== true || this.#total === 0) return;
    const percent = Math.floor((100 * done) / this.#total);
    if (percent === this.#percent) return;
    this.#percent = percent;
    const filled = Math.floor((BAR_WIDTH * percent) / 100);
    const bar = '='.repeat(filled).padEnd(BAR_WIDTH);
    this.#output.write(`\r[${bar}] ${String(percent).padStart(3)} %  ${done} packets`);
  }

  /** Wipes the bar. */
  end(): void {
    if (this.#percent >= 0) this.#output.write('\r\u001b[K');
  }
}
