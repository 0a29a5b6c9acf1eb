/**
 * What becomes of packets that no rule of a table matches.
 *
 * A table drops them, sends them to the controller or lets the next table look; where nobody has
 * said, OpenFlow's versions differ: up to 1.2 a controller expects to hear of them, since 1.3 it
 * does not. So the default depends on who is connected. Answers to `enum ofputil_table_miss` and to
 * `connmgr_wants_packet_in_on_miss`.
 *
 * Owner: the bridge.
 */

import { TABLES_COUNT } from './flow-tables.js';

export type MissTreatment = 'default' | 'controller' | 'continue' | 'drop';

export class TableMisses {
  readonly #treatments: MissTreatment[] = Array.from({ length: TABLES_COUNT }, () => 'default');
  readonly #changed: () => void;
  #isControllerTold = false;

  /** `changed` is called when packets may fare differently. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Whether a controller is there that expects to hear of misses. */
  get isControllerTold(): boolean {
    return this.#isControllerTold;
  }

  set isControllerTold(value: boolean) {
    if (value === this.#isControllerTold) return;
    this.#isControllerTold = value;
    this.#changed();
  }

  /** What table `table` does, or each of them. */
  configure(table: number | undefined, treatment: MissTreatment): void {
    const before = this.#treatments.join();
    if (table === undefined) this.#treatments.fill(treatment);
    else this.#treatments[table] = treatment;
    if (this.#treatments.join() !== before) this.#changed();
  }

  /** As it was configured. 255, which nobody configures and `goto_table` may name: as in OVS. */
  configured(table: number): MissTreatment {
    return this.#treatments[table] ?? 'controller';
  }

  /** What is done in fact. */
  treatment(table: number): Exclude<MissTreatment, 'default'> {
    const treatment = this.configured(table);
    if (treatment !== 'default') return treatment;
    return this.#isControllerTold ? 'controller' : 'drop';
  }
}
