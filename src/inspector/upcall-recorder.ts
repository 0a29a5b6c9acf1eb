/**
 * Upcalls as entries: read, translated, and their batch carried out.
 *
 * Upcalls are numbered from 1 for the first that the recorder is told of. One that was left out of
 * the log has its number all the same, and neither translation nor batch speaks of it.
 *
 * Owner: one recorder.
 */

import type { BatchRecord, UpcallRecord, XlateRecord } from '../actors/udpif-event.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import type { Profile } from '../machines/profiles.js';
import type { ActionTexts } from './action-texts.js';
import type { EntrySink } from './entry-sink.js';
import type { RuleNumber, UpcallNumber, XlateEntry, XlateStep } from './log-entry.js';
import type { RuleNumbers } from './rule-numbers.js';

export interface UpcallRecorderDeps {
  readonly sink: EntrySink;
  readonly rules: RuleNumbers;
  readonly texts: ActionTexts;
  readonly profile: Profile;
  /** Bytes of each frame that are kept. */
  readonly frameBytes: number;
}

/** What a put says of the upcall that it answers. */
export interface AnsweredUpcall {
  /** Undefined: the recorder was not told of it. */
  readonly upcall: UpcallNumber | undefined;
  readonly rules: readonly RuleNumber[];
}

const NOT_MEASURED = [0, 0, 0] as const;
const NOT_SLOW: readonly string[] = [];
const NO_RULES: readonly RuleNumber[] = [];

export class UpcallRecorder {
  readonly #deps: UpcallRecorderDeps;
  /** Rules that upcalls met, of the last two batches of each handler. */
  readonly #rulesMet = new Map<UpcallNumber, readonly RuleNumber[]>();
  readonly #batchBefore = new Map<number, readonly UpcallNumber[]>();
  /** Upcalls that are in the log, of the batches under way. */
  readonly #told = new Set<UpcallNumber>();
  #first: number | undefined;
  #count = 0;

  constructor(deps: UpcallRecorderDeps) {
    this.#deps = deps;
  }

  /** Upcalls that were read, those included that are not in the log. */
  get count(): number {
    return this.#count;
  }

  read(record: UpcallRecord): void {
    this.#first ??= record.number;
    const upcall = this.#numberOf(record.number);
    // One that is refused when it is to be translated has been told.
    if (upcall <= this.#count) return;
    this.#count = upcall;
    if (!this.#deps.sink.admits('upcall')) return;
    this.#told.add(upcall);
    const { handler, port, key, packet, queuedAt } = record;
    this.#deps.sink.add({
      k: 'upcall',
      upcall,
      handler,
      class: record.class,
      port,
      key: formatOdpFlow(key, undefined),
      size: packet.size,
      ...this.#frameOf(packet.data),
      ...(queuedAt === undefined ? {} : { queuedAt }),
    });
  }

  translate(record: XlateRecord): void {
    const met = this.#deps.rules.all(record.rules);
    const [first, ...others] = record.upcalls.map((number) => this.#numberOf(number));
    if (first === undefined || first < 1) return;
    this.#tellTranslation(first, record, met);
    for (const upcall of others) {
      const text = `shares the translation of upcall ${first}`;
      const steps = [{ depth: 0, kind: 'note', text, rule: undefined }] as const;
      this.#tellTranslation(upcall, { ...record, us: 0, steps }, met);
    }
  }

  operate({ handler, numbers, operations, us = NOT_MEASURED }: BatchRecord): void {
    const { sink } = this.#deps;
    const own = numbers.map((number) => this.#numberOf(number));
    const upcalls = own.filter((upcall) => this.#told.delete(upcall));
    // Puts of this batch are still to come; those of the one before are not.
    for (const upcall of this.#batchBefore.get(handler) ?? []) this.#rulesMet.delete(upcall);
    this.#batchBefore.set(handler, own);
    if (!sink.admits('batch')) return;
    const [read, translate, operate] = us;
    const rounded = [tenths(read), tenths(translate), tenths(operate)] as const;
    sink.add({ k: 'batch', handler, upcalls, operations, us: rounded });
  }

  /** Of the upcall with the udpif's number `number`; 0: none. */
  answered(number: number): AnsweredUpcall {
    const upcall = number === 0 ? 0 : this.#numberOf(number);
    if (upcall < 1) return { upcall: undefined, rules: NO_RULES };
    return { upcall, rules: this.#rulesMet.get(upcall) ?? NO_RULES };
  }

  #tellTranslation(upcall: UpcallNumber, record: XlateRecord, met: readonly RuleNumber[]): void {
    const { sink, texts, profile } = this.#deps;
    this.#rulesMet.set(upcall, met);
    if (!this.#told.has(upcall) || !sink.admits('xlate')) return;
    const { us, steps, actions, slow, error } = record;
    const entry: Omit<XlateEntry, 'n' | 't'> = {
      k: 'xlate',
      upcall,
      us: tenths(us),
      steps: steps.map((step) => this.#step(step)),
      actions: texts.of(actions),
      slow: slowNames(profile, slow),
    };
    sink.add(error === undefined ? entry : { ...entry, error });
  }

  #step({ depth, kind, text, rule }: XlateRecord['steps'][number]): XlateStep {
    if (rule === undefined) return { depth, kind, text };
    return { depth, kind, text, rule: this.#deps.rules.of(rule) };
  }

  #frameOf({ buffer, byteOffset, length }: Uint8Array): { frame?: string } {
    const size = Math.min(length, this.#deps.frameBytes);
    if (size === 0) return {};
    return { frame: Buffer.from(buffer, byteOffset, size).toString('base64') };
  }

  /** From 1 for the first that we were told of; less: from before. */
  #numberOf(number: number): UpcallNumber {
    return number - (this.#first ?? number + 1) + 1;
  }
}

function slowNames({ slowReasons }: Profile, slow: number): readonly string[] {
  if (slow === 0) return NOT_SLOW;
  return Object.entries(slowReasons).flatMap(([name, bit]) => ((slow & bit) === 0 ? [] : [name]));
}

/** Nobody can measure more than tenths of a microsecond. */
function tenths(us: number): number {
  return Math.round(us * 10) / 10;
}
