/**
 * What is so at one position of the log: nothing but entries added up.
 *
 * `apply()` takes entries in order; it reads no clock and looks at nothing but them, so two models
 * that have taken in the same entries are the same. `copy()` is cheap: what is large is shared and
 * cloned when it is written. What happened when (the life of a flow, a tail of upcalls) is not in
 * here: views read it from the entries.
 *
 * Owner: a `Timeline`, or whoever made it.
 */

import type { MachineJson } from '../machines/drawing.js';
import { ActorsModel } from './actors-model.js';
import type { EntryOf } from './chunk-index.js';
import { CyclesModel } from './cycles-model.js';
import { FlowsModel } from './flows-model.js';
import type {
  EntryKind,
  EntryNumber,
  LogEntry,
  LogHeader,
  RuleEntry,
  RuleNumber,
} from './log-entry.js';
import { RateMeter } from './rate-meter.js';
import { SeriesModel } from './series-model.js';
import { UpcallsModel } from './upcalls-model.js';

interface Parts {
  readonly actors: ActorsModel;
  readonly cycles: CyclesModel;
  readonly flows: FlowsModel;
  readonly upcalls: UpcallsModel;
  readonly series: SeriesModel;
  readonly rules: Map<RuleNumber, RuleEntry>;
  readonly dropped: Map<string, number>;
}

export class ModelState {
  readonly #header: LogHeader;
  readonly #parts: Parts;
  #n: EntryNumber = 0;
  #t: number;

  constructor(header: LogHeader, parts: Parts = emptyParts(header)) {
    this.#header = header;
    this.#parts = parts;
    this.#t = header.startedAt;
  }

  /** Entries up to this one are in. */
  get n(): EntryNumber {
    return this.#n;
  }

  /** Switch time of the last of them, ms. */
  get t(): number {
    return this.#t;
  }

  /** Switch time at which the log begins, ms. */
  get startedAt(): number {
    return this.#header.startedAt;
  }

  get actors(): ActorsModel {
    return this.#parts.actors;
  }

  get cycles(): CyclesModel {
    return this.#parts.cycles;
  }

  get flows(): FlowsModel {
    return this.#parts.flows;
  }

  get upcalls(): UpcallsModel {
    return this.#parts.upcalls;
  }

  get series(): SeriesModel {
    return this.#parts.series;
  }

  get rules(): ReadonlyMap<RuleNumber, RuleEntry> {
    return this.#parts.rules;
  }

  /** What the recorder left out to keep up, by kind. */
  get dropped(): ReadonlyMap<string, number> {
    return this.#parts.dropped;
  }

  apply(entry: LogEntry): void {
    this.#n = entry.n;
    this.#t = entry.t;
    const fold = folds[entry.k] as (parts: Parts, entry: LogEntry) => void;
    fold(this.#parts, entry);
  }

  copy(): ModelState {
    const { actors, cycles, flows, upcalls, series, rules, dropped } = this.#parts;
    const copy = new ModelState(this.#header, {
      actors: actors.copy(),
      cycles: cycles.copy(),
      flows: flows.copy(),
      upcalls: upcalls.copy(),
      series: series.copy(),
      rules: new Map(rules),
      dropped: new Map(dropped),
    });
    copy.#n = this.#n;
    copy.#t = this.#t;
    return copy;
  }
}

type Folds = {
  readonly [Kind in EntryKind]: (parts: Parts, entry: EntryOf<Kind>) => void;
};

/** What only views read, from the entries themselves. */
const ignore = (): void => {};

/** What each kind of entry adds. */
const folds: Folds = {
  actor: ({ actors }, entry) => actors.start(entry),
  step: ({ actors }, entry) => actors.step(entry),
  rule: ({ rules }, entry) => rules.set(entry.rule, entry),
  upcall: ({ upcalls }, entry) => upcalls.read(entry),
  xlate: ignore,
  batch: ({ upcalls }, entry) => upcalls.finish(entry),
  put: ({ flows }, entry) => flows.put(entry),
  verdicts: ({ flows }, entry) => flows.see(entry),
  modify: ({ flows }, entry) => flows.modify(entry),
  delete: ({ cycles, flows }, entry) => {
    if (entry.error === undefined) cycles.countDeletion();
    flows.delete(entry);
  },
  ukey: ({ flows }, entry) => flows.move(entry),
  'cycle.start': ({ cycles }, entry) => cycles.start(entry),
  phase: ({ cycles }, entry) => cycles.enter(entry),
  'cycle.done': ({ cycles }, entry) => cycles.finish(entry),
  idle: ({ cycles }, entry) => cycles.cross(entry),
  limit: ({ cycles }, entry) => cycles.moveLimit(entry),
  trouble: ignore,
  change: ignore,
  sample: ({ cycles, series }, entry) => {
    cycles.noteLimit(entry.flowLimit);
    series.add(entry);
  },
  dropped: ({ upcalls, dropped }, entry) => {
    dropped.set(entry.what, (dropped.get(entry.what) ?? 0) + entry.count);
    upcalls.drop(entry);
  },
};

function emptyParts(header: LogHeader): Parts {
  const { startedAt, ukeyMachine } = header;
  return {
    actors: new ActorsModel(startedAt, ukeyMachine),
    cycles: new CyclesModel(),
    flows: new FlowsModel(finalStatesOf(header.machines[ukeyMachine])),
    upcalls: new UpcallsModel(new RateMeter(startedAt)),
    series: new SeriesModel(),
    rules: new Map(),
    dropped: new Map(),
  };
}

/** The states in which a flat machine has ended. */
function finalStatesOf(definition: MachineJson | undefined): ReadonlySet<string> {
  const states = Object.entries((definition?.['states'] ?? {}) as Record<string, unknown>);
  return new Set(states.filter(([, state]) => isFinal(state)).map(([name]) => name));
}

function isFinal(state: unknown): boolean {
  const isObject = typeof state === 'object' && state !== null;
  return isObject && 'type' in state && state.type === 'final';
}
