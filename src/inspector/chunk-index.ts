/**
 * What stands where in one chunk of log entries.
 *
 * Lists hold the entries themselves, in order, so that whoever follows a flow, an upcall or an
 * actor reads those of that one only. Verdicts name many flows each and come often: they are listed
 * by kind, and who wants those of a flow looks into them.
 *
 * Owner: the `EntryStore`, which brings it up to date before it hands it out.
 */

import type {
  ActorId,
  EntryKind,
  FlowNumber,
  LogEntry,
  StepEntry,
  UpcallNumber,
} from './log-entry.js';

export type EntryOf<Kind extends EntryKind> = Extract<LogEntry, { readonly k: Kind }>;

export class ChunkIndex {
  readonly #entries: readonly LogEntry[];
  #done = 0;
  readonly #byKind = new Map<EntryKind, LogEntry[]>();
  readonly #byFlow = new Map<FlowNumber, LogEntry[]>();
  readonly #byUpcall = new Map<UpcallNumber, LogEntry[]>();
  readonly #byActor = new Map<ActorId, StepEntry[]>();

  constructor(entries: readonly LogEntry[]) {
    this.#entries = entries;
  }

  /** Takes in what has been appended since. */
  update(): void {
    for (; this.#done < this.#entries.length; this.#done++) {
      const entry = this.#entries[this.#done];
      if (entry !== undefined) this.#add(entry);
    }
  }

  ofKind<Kind extends EntryKind>(kind: Kind): readonly EntryOf<Kind>[] {
    return (this.#byKind.get(kind) ?? []) as EntryOf<Kind>[];
  }

  /** Puts, modifications, deletions, moves and troubles of one flow; not its verdicts. */
  ofFlow(flow: FlowNumber): readonly LogEntry[] {
    return this.#byFlow.get(flow) ?? [];
  }

  /** The upcall, its translation, what it put, and the batch that it was in. */
  ofUpcall(upcall: UpcallNumber): readonly LogEntry[] {
    return this.#byUpcall.get(upcall) ?? [];
  }

  stepsOf(actor: ActorId): readonly StepEntry[] {
    return this.#byActor.get(actor) ?? [];
  }

  #add(entry: LogEntry): void {
    push(this.#byKind, entry.k, entry);
    switch (entry.k) {
      case 'step':
        push(this.#byActor, entry.actor, entry);
        break;
      case 'upcall':
      case 'xlate':
        push(this.#byUpcall, entry.upcall, entry);
        break;
      case 'batch':
        for (const upcall of entry.upcalls) push(this.#byUpcall, upcall, entry);
        break;
      case 'put':
        if (entry.upcall !== undefined) push(this.#byUpcall, entry.upcall, entry);
        push(this.#byFlow, entry.flow, entry);
        break;
      case 'modify':
      case 'delete':
      case 'ukey':
        push(this.#byFlow, entry.flow, entry);
        break;
      case 'trouble':
        if (entry.flow !== undefined) push(this.#byFlow, entry.flow, entry);
        break;
    }
  }
}

function push<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}
