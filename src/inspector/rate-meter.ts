/**
 * How often something happened a second, over the last seconds of switch time.
 *
 * Time is cut into slots; those of the window are kept and the older ones forgotten, so a meter is
 * ten numbers whatever happens. Time that goes backward counts as the newest slot's.
 *
 * Owner: one part of a `ModelState`.
 */

/** The rates of the page are over the last five seconds. */
export const WINDOW_MS = 5_000;
const SLOT_MS = 500;
const SLOTS = WINDOW_MS / SLOT_MS;
/** Shortly after the start the window is as long as the run, but not shorter than this. */
const WINDOW_MS_MIN = 1_000;

export class RateMeter {
  readonly #startedAt: number;
  readonly #counts = new Float64Array(SLOTS);
  #slot: number;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
    this.#slot = slotOf(startedAt);
  }

  add(t: number, count = 1): void {
    this.#moveTo(slotOf(t));
    const at = this.#slot % SLOTS;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  /** At time `t`. */
  rate(t: number): number {
    const oldest = slotOf(t) - SLOTS + 1;
    let sum = 0;
    for (let slot = Math.max(oldest, this.#slot - SLOTS + 1); slot <= this.#slot; slot++) {
      if (slot >= 0) sum += this.#counts[slot % SLOTS] ?? 0;
    }
    const elapsed = Math.min(WINDOW_MS, Math.max(WINDOW_MS_MIN, t - this.#startedAt));
    return Math.round((sum * 10_000) / elapsed) / 10;
  }

  copy(): RateMeter {
    const copy = new RateMeter(this.#startedAt);
    copy.#counts.set(this.#counts);
    copy.#slot = this.#slot;
    return copy;
  }

  #moveTo(slot: number): void {
    if (slot - this.#slot >= SLOTS) this.#counts.fill(0);
    else for (let at = this.#slot + 1; at <= slot; at++) this.#counts[at % SLOTS] = 0;
    this.#slot = Math.max(this.#slot, slot);
  }
}

function slotOf(t: number): number {
  return Math.max(0, Math.floor(t / SLOT_MS));
}
