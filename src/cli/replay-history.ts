/**
 * How many flows and masks the datapath held over the time of a replay: what the plots show.
 *
 * Owner: its columns. Time is cut into as many spans as a plot has columns; each remembers the
 * highest value seen in it, and a span in which nothing was sampled takes the value before it.
 */

const SPANS = 60;

export class ReplayHistory {
  readonly durationMs: number;
  readonly #flows = new Array<number | undefined>(SPANS).fill(undefined);
  readonly #masks = new Array<number | undefined>(SPANS).fill(undefined);

  constructor(durationMs: number) {
    this.durationMs = durationMs;
  }

  /** Notes what the datapath holds `elapsedMs` after the start. */
  sample(elapsedMs: number, flows: number, masks: number): void {
    const share = this.durationMs === 0 ? 0 : elapsedMs / this.durationMs;
    const span = Math.min(SPANS - 1, Math.floor(share * SPANS));
    this.#flows[span] = Math.max(this.#flows[span] ?? 0, flows);
    this.#masks[span] = Math.max(this.#masks[span] ?? 0, masks);
  }

  get flows(): readonly number[] {
    return filled(this.#flows);
  }

  get masks(): readonly number[] {
    return filled(this.#masks);
  }
}

function filled(values: readonly (number | undefined)[]): readonly number[] {
  let last = 0;
  return values.map((value) => {
    last = value ?? last;
    return last;
  });
}
