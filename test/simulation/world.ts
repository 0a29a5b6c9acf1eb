/**
 * A whole switch in the simulator's hands: two or three bridges, six ports, faults on both sides of
 * the slow path, and a clock that lets the present event's luck decide which task runs next.
 *
 * The world passes every fact on to whoever listens, and answers what invariants ask. It judges
 * nothing itself.
 *
 * Owner: one run.
 */

import type { InspectionEvent } from 'xstate';
import { UpcallError } from '../../src/base/errors.js';
import { createRng, type Rng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { Dpif, DumpedFlow, Upcall } from '../../src/datapath/dpif.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Port } from '../../src/datapath/port.js';
import type { Translator } from '../../src/datapath/translator.js';
import { findProfile, type Profile } from '../../src/machines/profiles.js';
import type { PatchEnd } from '../../src/ofproto/patch-ports.js';
import type { Flow } from '../../src/packet/flow.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import type { SwitchSettings } from '../../src/switch-settings.js';
import { Cables } from './cables.js';
import type { Circumstance } from './circumstances.js';
import type { Fact } from './fact.js';
import { Faults } from './faults.js';
import { FaultyDpif } from './faulty-dpif.js';
import { KeyMap } from './key-map.js';
import { LAYOUTS } from './layouts.js';
import { Ledger } from './ledger.js';
import type { Plan } from './plan.js';
import { WitnessTranslator } from './witness-translator.js';

/** Late enough that nothing which subtracts from it gets below zero. */
const START_MS = 100_000_000;

/** Something wrong put between the slow path and the world, to see whether it is found. */
export interface Sabotage {
  readonly wrapDpif?: (dpif: Dpif) => Dpif;
  readonly wrapTranslator?: (translator: Translator) => Translator;
  /** Called with every patch port that is added, joined already if its peer is there. */
  readonly meddle?: (end: PatchEnd) => void;
}

/** What dumping a flow costs; the simulator changes it. */
export interface Costs {
  dumpedFlowUs: number;
  revalidatedFlowUs: number;
  jitterFraction: number;
}

export class World {
  readonly profile: Profile;
  readonly clock: VirtualClock;
  readonly sw: Switch;
  readonly dpif: FaultyDpif;
  readonly translator: WitnessTranslator;
  readonly faults = new Faults();
  readonly ledger = new Ledger(
    () => this.sw.udpif,
    (circumstance) => this.noted.add(circumstance),
  );
  readonly settings: SwitchSettings = {};
  readonly costs: Costs = { dumpedFlowUs: 0.8, revalidatedFlowUs: 2.2, jitterFraction: 0.1 };
  /** The datapath's ports, in or out of it; port n is at n - 1. */
  readonly ports: readonly Port[];
  readonly cables: Cables;
  /** The random numbers of the present event. */
  luck: Rng;
  /** What happened that is known to do harm under some profile. */
  readonly noted = new Set<Circumstance>();
  /** Tasks of the clock that have run: what happens at one value happened without interruption. */
  turn = 0;
  readonly #upcalls = new Map<Flow, Upcall>();
  /** What has been read of the present batch. */
  readonly #batch = new KeyMap<Upcall['type']>();
  #batchName = '';
  #listen: (fact: Fact) => void = () => {};
  #inspect: (event: InspectionEvent) => void = () => {};

  constructor(plan: Plan, sabotage: Sabotage = {}) {
    this.profile = findProfile(plan.profile);
    this.luck = createRng(plan.seed);
    this.clock = new VirtualClock({ start: START_MS, choose: (count) => this.#choose(count) });
    const layout = LAYOUTS[plan.layout ?? 'apart'];
    const doors: { dpif?: FaultyDpif; translator?: WitnessTranslator } = {};
    const surroundings = {
      luck: () => this.luck,
      tell: (fact: Fact) => this.#tell(fact),
      clock: this.clock,
      faults: this.faults,
      ledger: this.ledger,
      upcallOf: (key: Flow) => this.#upcalls.get(key),
      note: (circumstance: Circumstance) => this.noted.add(circumstance),
    };
    this.sw = createSwitch({
      bridges: layout.bridges,
      clock: this.clock,
      seed: plan.seed,
      handlers: plan.handlers,
      revalidators: plan.revalidators,
      settings: this.settings,
      costModel: this.costs,
      profile: plan.profile,
      upcalls: plan.isInline ? 'inline' : 'queued',
      wrapDpif: (inner) => {
        doors.dpif = new FaultyDpif(inner, surroundings);
        return sabotage.wrapDpif?.(doors.dpif) ?? doors.dpif;
      },
      wrapTranslator: (inner) => {
        doors.translator = new WitnessTranslator(inner, surroundings);
        return sabotage.wrapTranslator?.(doors.translator) ?? doors.translator;
      },
      ...(plan.isInspected
        ? { inspect: { observer: (event) => this.#inspect(event), ukeys: 'all' } }
        : {}),
    });
    if (doors.dpif === undefined || doors.translator === undefined) {
      throw new TypeError('Cannot simulate: the switch has no doors to put faults behind');
    }
    this.dpif = doors.dpif;
    this.translator = doors.translator;
    this.ports = this.sw.datapath.ports();
    this.cables = new Cables(this.sw, layout.ends, (end) => sabotage.meddle?.(end));
    if (plan.isInline) this.#hearInlineUpcalls();
    this.#followStreams();
  }

  /** Who is told every fact, and every inspection event, from now on. */
  listen(hear: (fact: Fact) => void, inspect: (event: InspectionEvent) => void): void {
    this.#listen = hear;
    this.#inspect = inspect;
  }

  /** What is truly in the datapath. */
  flows(): readonly DumpedFlow[] {
    return this.dpif.flows();
  }

  /** Whether whatever happens next, a packet, an operator or time starts it. */
  get isAtRest(): boolean {
    const deadline = this.clock.nextDeadline();
    return this.dpif.lateCount === 0 && (deadline === undefined || deadline > this.clock.now());
  }

  /** What the udpif is doing, as its machine names it. */
  isUdpifIn(state: 'running' | 'stopped' | 'destroyed'): boolean {
    return this.sw.udpif.actor.getSnapshot().matches(state);
  }

  /** Whether revalidators start cycles. */
  get isCycling(): boolean {
    return this.sw.udpif.actor.getSnapshot().matches({ running: 'cycling' });
  }

  /** Forgets whose keys the upcalls had. Only at rest. */
  forgetUpcalls(): void {
    this.#upcalls.clear();
  }

  /** `upcall/show`. */
  show(): void {
    let text: string;
    try {
      text = this.sw.udpif.show();
    } catch (error) {
      if (!(error instanceof UpcallError)) throw error;
      text = error.message;
    }
    this.#tell({ type: 'shown', text });
  }

  /** The datapath gives them to the udpif, past the door where others are read. */
  #hearInlineUpcalls(): void {
    const { udpif } = this.sw;
    const answer = udpif.answerInline.bind(udpif);
    udpif.answerInline = (upcall) => {
      if (this.isUdpifIn('running'))
        this.#tell({ type: 'upcall.read', handler: undefined, upcall });
      return answer(upcall);
    };
  }

  #choose(count: number): number {
    this.turn++;
    return this.luck.below(count);
  }

  #tell(fact: Fact): void {
    if (fact.type === 'upcall.read') this.#noteUpcall(fact.upcall, fact.handler);
    else if (fact.type === 'submitted') this.#batch.clear();
    this.#listen(fact);
  }

  /** A batch is what one handler reads in one turn until it sends operations. */
  #noteUpcall(upcall: Upcall, handler: number | undefined): void {
    const name = `${this.turn} ${handler ?? 'inline'}`;
    if (this.#batchName !== name) this.#batch.clear();
    this.#batchName = name;
    const key = FlowKey.from(upcall.key);
    const other = this.#batch.get(key);
    if (other !== undefined && other !== upcall.type) this.noted.add('mixed batch');
    this.#batch.set(key, upcall.type);
    this.#upcalls.set(upcall.key, upcall);
  }

  #followStreams(): void {
    const { sw, faults } = this;
    sw.udpif.events.subscribe((record) => this.#tell({ type: 'record', record }));
    sw.udpif.events.subscribe(() => faults.mayThrow('events'));
    sw.udpif.revalSeq.changes.subscribe(() => this.#tell({ type: 'reval.changed' }));
    sw.transmitted.subscribe(() => faults.mayThrow('transmitted'));
    sw.packetIns.subscribe(() => faults.mayThrow('packetIns'));
  }
}
