/**
 * A running switch, looked at.
 *
 * What is so now is read from the switch: the actors' states, the ukeys in their columns, the
 * counts of flows. What has happened comes from its log, of which the newest entries are kept. Both
 * cost the same whatever the switch holds; where the log could not keep up, it says so in
 * `dropped`.
 *
 * Owner: the log's entries and their sum (`ModelState`), until `close()`; then what was seen stays
 * to be seen. Hot path. It runs on the switch's thread.
 */

import { type Observable, Subject } from 'rxjs';
import type { ActorTree } from '../actors/actor-tree.js';
import { FREE_ROW } from '../actors/ukey-columns.js';
import type { UkeySlice } from '../actors/ukey-slice.js';
import type { Clock } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Switch } from '../switch.js';
import { EntryStore } from './entry-store.js';
import { LiveFlows } from './live-flows.js';
import { flowRowAt, type LiveNames } from './live-rows.js';
import type { LogEntry, LogHeader, RuleNumber } from './log-entry.js';
import { createHeader } from './log-header.js';
import { MachineGraphs } from './machine-graphs.js';
import { ModelState } from './model-state.js';
import { type Moment, mostUsedRules } from './moment.js';
import { createRecorder, type Recorder } from './recorder.js';
import type { InspectorSession } from './session.js';
import { stateOfActor } from './snapshot-state.js';
import { upcallPcap } from './upcall-pcap.js';
import type {
  FlowsQuery,
  FlowsView,
  FlowView,
  HouseNode,
  HouseView,
  MachineView,
  Position,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from './view-data.js';
import { makeView } from './views.js';
import type { TimeCommand } from './wire.js';

/** Entries that are kept: some 50 MB, and a minute or more of a busy switch. */
export const LIVE_ENTRIES_MAX = 100_000;

export interface LiveSessionOptions {
  readonly target: Switch;
  /** Real time, to measure what takes how long. */
  readonly clock: Clock;
  readonly log: Log;
  /** Of the log; default: "live". */
  readonly title?: string | undefined;
}

type LiveViews = {
  readonly [View in ViewName]?: (query: ViewQueries[View]) => ViewDocuments[View];
};

export class LiveSession implements InspectorSession {
  readonly header: LogHeader;
  readonly changes: Observable<void>;
  readonly #changes = new Subject<void>();
  readonly #target: Switch;
  readonly #recorder: Recorder;
  readonly #store = new EntryStore({ limit: LIVE_ENTRIES_MAX });
  readonly #moment: Moment;
  readonly #names: LiveNames;
  readonly #flows: LiveFlows;
  /** Views that the switch itself has a say in. */
  readonly #views: LiveViews = {
    house: () => this.#house(),
    machine: (query) => this.#machine(query),
    flows: (query) => this.#table(query),
    flow: (query) => this.#flow(query),
  };
  #isClosed = false;

  constructor({ target, clock, log, title = 'live' }: LiveSessionOptions) {
    const header = createHeader(target, { title });
    this.header = header;
    this.changes = this.#changes.asObservable();
    this.#target = target;
    const model = new ModelState(header);
    this.#moment = { header, store: this.#store, model, graphs: new MachineGraphs(header) };
    this.#recorder = createRecorder(target, {
      detail: 'bounded',
      title,
      entries: (entries) => this.#take(entries),
      failed: (error) => log.error({ err: error }, 'recorder of the inspector failed'),
    });
    this.#names = {
      flowOf: (key) => this.#recorder.flowNumber(key),
      rulesOf: (slice, handle) => this.#rulesOf(slice, handle),
      ruleUses: (limit) => mostUsedRules(this.#moment, limit),
    };
    this.#flows = new LiveFlows({
      slices: () => target.udpif.slices,
      names: this.#names,
      clock,
      now: () => target.clock.now(),
      changed: () => this.#changes.next(),
    });
  }

  position(): Position {
    this.#recorder.flush();
    const { model } = this.#moment;
    const { evicted, last } = this.#store;
    const dropped = Object.fromEntries(model.dropped);
    return {
      kind: 'live',
      n: model.n,
      last,
      t: this.#target.clock.now(),
      startedAt: this.header.startedAt,
      isRunning: !this.#isPaused,
      pauses: 'revalidators',
      speed: 1,
      isComplete: this.#isClosed || this.#isStopped,
      dropped: evicted === 0 ? dropped : { ...dropped, 'old entries': evicted },
    };
  }

  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    // What waits for its batch to fill has happened too.
    this.#recorder.flush();
    const live: LiveViews[View] = this.#views[view];
    const isThere = live !== undefined && !this.#isClosed;
    return isThere ? live(query) : makeView(this.#moment, view, query);
  }

  /** Pauses and resumes the revalidators, as `revalidator/pause` does; packets go on. */
  async command(command: TimeCommand): Promise<void> {
    if (this.#isClosed || this.#isStopped) {
      throw new UpcallError(`Cannot ${command.do}: the switch has stopped`);
    }
    if (command.do === 'pause') this.#target.udpif.pause();
    else if (command.do === 'resume') this.#target.udpif.resume();
    else {
      const state = 'the switch is live; its revalidators can be paused and resumed';
      throw new UpcallError(`Cannot ${command.do}: ${state}, the rest takes a recording`);
    }
    this.#changes.next();
  }

  pcap(filter: string): Uint8Array {
    this.#recorder.flush();
    return upcallPcap(this.#moment, filter);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#recorder.close();
    this.#flows.close();
    this.#changes.complete();
  }

  get #isPaused(): boolean {
    return this.#target.udpif.actor.getSnapshot().context.isPaused;
  }

  get #isStopped(): boolean {
    return this.#target.udpif.actor.getSnapshot().status !== 'active';
  }

  #take(entries: readonly LogEntry[]): void {
    const { model } = this.#moment;
    for (const entry of entries) {
      this.#store.append(entry);
      model.apply(entry);
    }
    // Now, for a page that comes after a minute should not keep packets waiting for all of them.
    this.#store.indexes(this.#store.last, this.#store.last);
    this.#changes.next();
  }

  /** The log's tree, with the states that its actors are in now. */
  #house(): HouseView {
    const house = makeView(this.#moment, 'house', {});
    const { udpif, datapath } = this.#target;
    const states = statesOf(udpif.actorTree());
    return {
      ...house,
      root: house.root === undefined ? undefined : withStates(house.root, states),
      ukeys: countStates(
        udpif.slices,
        house.ukeys.map(({ state }) => state),
      ),
      flows: datapath.getStats().flows,
      flowLimit: udpif.tallies().flowLimit,
    };
  }

  #machine(query: ViewQueries['machine']): MachineView {
    const view = makeView(this.#moment, 'machine', query);
    if (view.actor === undefined) return view;
    const state = statesOf(this.#target.udpif.actorTree()).get(view.actor);
    return state === undefined ? view : { ...view, state, active: withAncestors(state) };
  }

  /** Flows that have ended are in the log only. */
  #table(query: FlowsQuery): FlowsView {
    const isGoneToo = query.filter.toLowerCase().split(/\s+/).includes('gone');
    return isGoneToo ? makeView(this.#moment, 'flows', query) : this.#flows.query(query);
  }

  /** Its life is in the log; what it is now, in its row. */
  #flow(query: ViewQueries['flow']): FlowView {
    const view = makeView(this.#moment, 'flow', query);
    const key = this.#recorder.flowKey(query.flow);
    const row = key === undefined ? undefined : this.#rowOf(key);
    return row === undefined ? view : { ...view, row };
  }

  #rowOf(key: FlowKey): FlowView['row'] {
    const ukey = this.#target.udpif.ukey(key);
    if (ukey === undefined) return undefined;
    return flowRowAt(ukey.slice, ukey.handle, this.#names, this.#target.clock.now());
  }

  #rulesOf(slice: UkeySlice, handle: number): readonly RuleNumber[] {
    const { caches, keys } = slice.columns;
    const rules = caches[handle]?.rules?.() ?? [];
    if (rules.length > 0) return rules.map((rule) => this.#recorder.ruleNumber(rule));
    const key = keys[handle];
    if (key === undefined) return [];
    const place = this.#moment.model.flows.find(this.#recorder.flowNumber(key));
    return place?.page.rules[place.slot] ?? [];
  }
}

/** Of the actors that are no ukeys, by session id. */
function statesOf(tree: ActorTree): ReadonlyMap<string, string> {
  const states = new Map([[tree.actor.sessionId, stateOfActor(tree.actor)]]);
  for (const { actor } of tree.children()) states.set(actor.sessionId, stateOfActor(actor));
  return states;
}

function withStates(node: HouseNode, states: ReadonlyMap<string, string>): HouseNode {
  const children = node.children.map((child) => withStates(child, states));
  return { ...node, state: states.get(node.actor) ?? node.state, children };
}

/** How many ukeys are in each of `names`, counted along the columns. */
function countStates(slices: readonly UkeySlice[], names: readonly string[]): HouseView['ukeys'] {
  const counts = new Map<string, number>(names.map((state) => [state, 0]));
  for (const { columns, moves } of slices) {
    const { state, end } = columns;
    const byNumber = new Array<number>(FREE_ROW + 1).fill(0);
    for (let handle = 0; handle < end; handle++) byNumber[state[handle]!]!++;
    for (const [number, name] of moves.states.entries()) {
      counts.set(name, (counts.get(name) ?? 0) + byNumber[number]!);
    }
  }
  return [...counts].map(([state, count]) => ({ state, count }));
}

/** "running.cycling": it and "running". */
function withAncestors(state: string): readonly string[] {
  const names = state.split('.');
  return names.map((_, i) => names.slice(0, i + 1).join('.'));
}
