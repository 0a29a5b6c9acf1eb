/**
 * The meters of one bridge, and where each is in the datapath.
 *
 * Numbers of a bridge's meters are its controllers' choice; the datapath has its own, shared by all
 * bridges. A change of bands changes no answer of translation, so it asks for no revalidation; the
 * deletion of a meter deletes the rules that send packets through it, but not those whose
 * packet-ins it limits: they are then limited by none (OVS goes on with the number in the datapath,
 * whosever it is by then). Answers to the meter part of OVS's `ofproto/ofproto.c`.
 *
 * Owner: the bridge.
 */

import { type Observable, Subject } from 'rxjs';
import type { Instant } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import {
  type DatapathMeters,
  METER_BANDS_MAX,
  type MeterConfig,
  type MeterStats,
} from '../datapath/meter-table.js';
import { METER_ALL, METER_CONTROLLER, METER_MAX, METER_SLOWPATH, type MeterSpec } from './meter.js';
import { MeterError, type MeterErrorName } from './meter-error.js';

/** A meter-mod. */
export type MeterChange =
  | { readonly command: 'add' | 'modify'; readonly meter: MeterSpec }
  | { readonly command: 'delete' /** `METER_ALL`: all of them. */; readonly id: number };

/** A meter that exists. */
export interface Meter {
  /** With bursts as they came to be: where none was said, what a second lets through. */
  readonly spec: MeterSpec;
  readonly created: Instant;
  /** Its number in the datapath. */
  readonly datapathId: number;
}

export interface MeterTableOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly datapath: DatapathMeters;
  /** These meters are about to go: the rules that use them must go before. */
  readonly deleting: (ids: ReadonlySet<number>) => void;
}

export class MeterTable {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #datapath: DatapathMeters;
  readonly #deleting: MeterTableOptions['deleting'];
  readonly #meters = new Map<number, Meter>();
  readonly #changes = new Subject<void>();
  /** Emits when a meter comes or goes: what limits packet-ins takes no rules with it. */
  readonly changes: Observable<void> = this.#changes.asObservable();

  constructor(options: MeterTableOptions) {
    this.#clock = options.clock;
    this.#datapath = options.datapath;
    this.#deleting = options.deleting;
  }

  get(id: number): Meter | undefined {
    return this.#meters.get(id);
  }

  has(id: number): boolean {
    return this.#meters.has(id);
  }

  /** Ascending by number. */
  list(): Meter[] {
    return [...this.#meters.values()].sort((a, b) => a.spec.id - b.spec.id);
  }

  /** What went through it so far. */
  statsOf({ datapathId, spec }: Meter): MeterStats {
    const none = { packets: 0, bytes: 0, bands: spec.bands.map(() => ({ packets: 0, bytes: 0 })) };
    return this.#datapath.stats(datapathId) ?? none;
  }

  /** Carries a meter-mod out. Throws a `MeterError` where it cannot; nothing has changed then. */
  apply(change: MeterChange): void {
    switch (change.command) {
      case 'add':
        this.#add(change.meter);
        break;
      case 'modify':
        this.#modify(change.meter);
        break;
      case 'delete':
        this.#delete(change.id);
    }
  }

  #add(asked: MeterSpec): void {
    const { spec, config } = prepare(asked);
    if (this.has(spec.id)) throw refusal('OFPMMFC_METER_EXISTS', 'add', spec.id, 'it exists');
    const datapathId = this.#datapath.add(config);
    if (datapathId === 'EFBIG') {
      throw refusal('OFPMMFC_OUT_OF_METERS', 'add', spec.id, 'the datapath has no more');
    }
    this.#meters.set(spec.id, { spec, created: this.#clock.now(), datapathId });
    this.#changes.next();
  }

  #modify(asked: MeterSpec): void {
    const { spec, config } = prepare(asked);
    const old = this.get(spec.id);
    if (old === undefined) {
      throw refusal('OFPMMFC_UNKNOWN_METER', 'modify', spec.id, 'there is none; add it first');
    }
    this.#datapath.set(old.datapathId, config);
    this.#meters.set(spec.id, { ...old, spec });
  }

  #delete(id: number): void {
    const gone = id === METER_ALL ? this.list() : [this.get(id)].filter((one) => one !== undefined);
    if (gone.length === 0) return;
    this.#deleting(new Set(gone.map(({ spec }) => spec.id)));
    for (const { spec, datapathId } of gone) {
      this.#meters.delete(spec.id);
      this.#datapath.delete(datapathId);
    }
    this.#changes.next();
  }
}

/** What the datapath is to do; throws a `MeterError` for a meter that cannot be. */
function prepare(asked: MeterSpec): { readonly spec: MeterSpec; readonly config: MeterConfig } {
  const { id, unit, bands } = asked;
  const isOwn = id === METER_SLOWPATH || id === METER_CONTROLLER;
  if (id === 0 || (id > METER_MAX && !isOwn)) {
    throw refusal('OFPMMFC_INVALID_METER', 'define', id, `meters are 1 to ${METER_MAX}`);
  }
  if (unit === undefined) {
    throw refusal('OFPMMFC_BAD_FLAGS', 'define', id, 'it must have one of kbps and pktps');
  }
  if (bands.length === 0 || bands.length > METER_BANDS_MAX) {
    const why = `a meter has 1 to ${METER_BANDS_MAX} bands`;
    throw refusal('OFPMMFC_OUT_OF_BANDS', 'define', id, why);
  }
  for (const { type, rate } of bands) {
    if (type !== 'drop') {
      throw refusal('OFPMMFC_BAD_BAND', 'define', id, `this datapath has no bands of type ${type}`);
    }
    if (rate === 0) throw refusal('OFPMMFC_BAD_RATE', 'define', id, 'a rate is at least 1');
  }
  const full = bands.map((band) => ({ ...band, burst: band.burst === 0 ? band.rate : band.burst }));
  return { spec: { ...asked, bands: full }, config: { unit, bands: full } };
}

function refusal(error: MeterErrorName, verb: string, id: number, why: string): MeterError {
  return new MeterError(error, `Cannot ${verb} meter ${id}: ${why}`);
}
