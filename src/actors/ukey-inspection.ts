/**
 * Which ukeys inspectors hear of, decided once in a ukey's life, and how many were left out.
 *
 * Nothing is decided, and nothing held, while no inspector is attached. A ukey that was there
 * before is decided at its next event. When the choice changes, or an inspector comes where there
 * was none, all is decided anew.
 *
 * Owner: one udpif, and one slice each. Hot path. Bench: `bench/dump.ts`.
 */

import type { FlowKey } from '../datapath/flow-key.js';
import { type IsUkeyChosen, parseUkeyChoice, type UkeyChoice } from './ukey-choice.js';

const UNDECIDED = 0;
const CHOSEN = 1;
const OMITTED = 2;

const ROWS_MIN = 64;

/** The choice of one udpif. */
export class UkeyInspection {
  readonly #noteOmitted: () => void;
  #choice: UkeyChoice;
  #isChosen: IsUkeyChosen;
  #omitted = 0;
  #announced = 0;
  #era = 1;

  /** `noteOmitted` hears of each ukey that is left out. Throws as `parseUkeyChoice` does. */
  constructor(choice: UkeyChoice, noteOmitted: () => void = () => {}) {
    this.#isChosen = parseUkeyChoice(choice);
    this.#choice = choice;
    this.#noteOmitted = noteOmitted;
  }

  get choice(): UkeyChoice {
    return this.#choice;
  }

  /** Ukeys left out since this choice was made, or since the first inspector came. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Ukeys announced since then. */
  get announced(): number {
    return this.#announced;
  }

  /** Grows when what was decided does not count any more. */
  get era(): number {
    return this.#era;
  }

  /** Throws as `parseUkeyChoice` does; the choice then is as it was. */
  choose(choice: UkeyChoice): void {
    this.#isChosen = parseUkeyChoice(choice);
    this.#choice = choice;
    this.restart();
  }

  restart(): void {
    this.#era++;
    this.#omitted = 0;
    this.#announced = 0;
  }

  /** Decides about a ukey, and counts it. */
  decide(key: FlowKey): boolean {
    if (this.#isChosen(key)) {
      this.#announced++;
      return true;
    }
    this.#omitted++;
    this.#noteOmitted();
    return false;
  }
}

/** What was decided about the ukeys of one slice, by row. */
export class SliceInspection {
  readonly #inspection: UkeyInspection;
  #decisions = new Uint8Array(0);
  #era = 0;

  constructor(inspection: UkeyInspection) {
    this.#inspection = inspection;
  }

  isDecided(handle: number): boolean {
    if (this.#era !== this.#inspection.era) this.#forget();
    return handle < this.#decisions.length && this.#decisions[handle] !== UNDECIDED;
  }

  /** Of a ukey that has been decided about. */
  isChosen(handle: number): boolean {
    return this.#decisions[handle] === CHOSEN;
  }

  /** Decides about the ukey at `handle`, whoever had its row before. */
  decide(handle: number, key: FlowKey): boolean {
    if (this.#era !== this.#inspection.era) this.#forget();
    if (handle >= this.#decisions.length) this.#grow(handle);
    const isChosen = this.#inspection.decide(key);
    this.#decisions[handle] = isChosen ? CHOSEN : OMITTED;
    return isChosen;
  }

  #forget(): void {
    this.#era = this.#inspection.era;
    this.#decisions.fill(UNDECIDED);
  }

  #grow(handle: number): void {
    let rows = Math.max(ROWS_MIN, this.#decisions.length);
    while (rows <= handle) rows *= 2;
    const decisions = new Uint8Array(rows);
    decisions.set(this.#decisions);
    this.#decisions = decisions;
  }
}
