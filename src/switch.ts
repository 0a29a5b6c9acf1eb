/**
 * A switch: one datapath, one udpif and one or more bridges, put together.
 *
 * This is the composition root. It makes the parts (`switch-parts.ts`), tells them of one another,
 * and gives them a common face. Packets go in at ports (`inject`), come out as `transmitted`, and
 * are on their way until `settled`. Under a `VirtualClock` everything happens inside of
 * `settled()`, `stop()` and the clock's own `advance`; under the `SystemClock` in macrotasks of its
 * own.
 *
 * Answers to OVS's `struct dpif_backer` with its bridges, and to `type_run()`.
 */

import { mergeAll, type Observable, Subject, takeUntil } from 'rxjs';
import type { Udpif } from './actors/udpif.js';
import type { UdpifRecord } from './actors/udpif-event.js';
import { BoundedStream } from './base/bounded-stream.js';
import type { Instant } from './base/brands.js';
import type { Clock } from './base/clock.js';
import type { Coverage } from './base/coverage.js';
import { UpcallError } from './base/errors.js';
import { GuardedObservable } from './base/guarded-observable.js';
import { moduleLog } from './base/log.js';
import { VirtualClock } from './base/virtual-clock.js';
import type { EmbeddedDpif } from './datapath/embedded-dpif.js';
import type { Profile } from './machines/profiles.js';
import type { FrozenState } from './ofproto/frozen-states.js';
import type { OfprotoTranslator, PacketOutRequest } from './ofproto/ofproto-translator.js';
import type { PacketIn } from './ofproto/packet-ins.js';
import type { Packet } from './packet/packet.js';
import type {
  FlowChoice,
  GroupState,
  MeterState,
  RuleState,
  SwitchBridge,
} from './switch-bridge.js';
import { type Conservation, weighConservation } from './switch-conservation.js';
import { dumpMegaflows, formatMegaflows, type MegaflowState } from './switch-megaflows.js';
import type { SwitchOptions } from './switch-options.js';
import { createParts, type SwitchParts } from './switch-parts.js';
import type { PortColumns } from './switch-port-settings.js';
import type { PortMaker, PortPlace, Transmission } from './switch-port-table.js';
import type { SwitchPort } from './switch-ports.js';
import type { Runtime } from './switch-runtime.js';

/**
 * Makes a switch and starts it.
 *
 * @example
 * import { createSwitch, packet } from 'upcall';
 *
 * const sw = createSwitch({ ports: 2, flows: 'udp,tp_dst=53,actions=output:2' });
 * const out = [];
 * sw.transmitted.subscribe((batch) => out.push(...batch));
 * sw.inject(1, packet('udp,tp_dst=53'));
 * sw.inject(1, packet('udp,tp_dst=54'));
 * await sw.settled();
 * assert.deepEqual(out.map(({ port }) => port.name), ['p2']);
 * await sw.stop();
 * assert.equal(sw.rules()[0].packets, 1);
 */
export function createSwitch(options: SwitchOptions = {}): Switch {
  return new Switch(createParts(options));
}

export class Switch implements AsyncDisposable {
  /** Frames that left; one emission a port and operation. */
  readonly transmitted: Observable<readonly Transmission[]>;
  readonly #parts: SwitchParts;
  readonly #stopped = new Subject<void>();
  #stopping: Promise<void> | undefined;
  #isOpen = true;

  constructor(parts: SwitchParts) {
    this.#parts = parts;
    this.transmitted = new GuardedObservable(
      parts.ports.transmitted.pipe(takeUntil(this.#stopped)),
      (error) => reportSubscriber(parts, error),
    );
    followDumps(parts);
  }

  /** Which Open vSwitch the slow path behaves like. */
  get profile(): Profile {
    return this.#parts.profile;
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get coverage(): Coverage {
    return this.#parts.coverage;
  }

  get datapath(): EmbeddedDpif {
    return this.#parts.datapath;
  }

  /** What it shares with other switches of the process: operators' commands reach all of them. */
  get runtime(): Runtime {
    return this.#parts.runtime;
  }

  /** What decides: the bridges' tables, asked by the slow path. */
  get translator(): OfprotoTranslator {
    return this.#parts.translator;
  }

  /** The slow path; `udpif.actor` is an xstate actor reference. */
  get udpif(): Udpif {
    return this.#parts.udpif;
  }

  /** What the slow path does: upcalls, puts, deletions with their reasons, cycles, the limit. */
  get events(): Observable<UdpifRecord> {
    return this.udpif.events;
  }

  /** Packets that a `controller` action sent up. */
  get packetIns(): Observable<readonly PacketIn[]> {
    return this.#parts.translator.packetIns;
  }

  get bridges(): readonly SwitchBridge[] {
    return this.#parts.bridges;
  }

  get ports(): readonly SwitchPort[] {
    return this.#parts.ports.list;
  }

  /** A port by its datapath number or its name. Throws an `UpcallError` where there is none. */
  port(which: number | string): SwitchPort {
    const { ports } = this.#parts;
    const found = ports.find(which);
    if (found !== undefined) return found;
    const names = ports.list.map((port) => port.name).join(', ');
    throw new UpcallError(`Cannot find port "${which}": the switch has ${names || 'no ports'}`);
  }

  /**
   * Makes a port with the datapath number that it is given, and adds it: a device, or anything that
   * is a `Port`. Throws an `UpcallError` where the name or a number is taken, or what it is told to
   * be makes no sense.
   */
  addPort(make: PortMaker, place: PortPlace = {}): SwitchPort {
    return this.#parts.ports.add(this.bridge(place.bridge), make, place);
  }

  /**
   * Tells a port what it is to VLANs and whether it is protected, from now on; what is left out is
   * set back. Datapath flows follow with the revalidation that this asks for. Throws an
   * `UpcallError` where there is no such port, or no such VLAN.
   */
  setPort(which: number | string, columns: PortColumns): void {
    const port = this.port(which);
    this.#parts.ports.set(port, this.bridge(port.bridge), columns);
  }

  /**
   * Removes a port, by its datapath number or its name: what waits in its ring is dropped, its
   * datapath flows go with the next revalidation. Throws an `UpcallError` where there is none.
   */
  removePort(which: number | string): SwitchPort {
    const port = this.port(which);
    this.#parts.ports.remove(port, this.bridge(port.bridge));
    return port;
  }

  /** A bridge by its name; the first one without. */
  bridge(name?: string): SwitchBridge {
    const { bridges } = this.#parts;
    const found = name === undefined ? bridges[0] : bridges.find((each) => each.name === name);
    if (found !== undefined) return found;
    throw new UpcallError(`Cannot find bridge "${name}": the switch has none of that name`);
  }

  /**
   * Puts a frame into a port's receive ring and returns; nothing else happens yet. False where the
   * ring is full or the switch has stopped.
   */
  inject(port: number | string, frame: Uint8Array): boolean {
    return this.#isOpen && this.port(port).inject(frame);
  }

  /**
   * What was transmitted, to be read at one's own pace: `for await (const frame of …)`. A reader
   * that falls behind by more than `limit` frames loses the newest ones, counted in `dropped`.
   */
  readTransmitted(limit?: number): BoundedStream<Transmission> {
    return new BoundedStream(this.transmitted.pipe(mergeAll()), limit);
  }

  /**
   * Resolves when no packet is on its way any more: all were received, translated, executed and
   * transmitted. Moves no virtual clock, and does not wait for what only time brings.
   */
  async settled(): Promise<void> {
    const { clock, datapath, udpif } = this.#parts;
    if (clock instanceof VirtualClock) clock.runDue();
    else while (!datapath.isQuiescent() || !udpif.isQuiescent()) await nextTurn(clock);
  }

  /**
   * Resolves when the switch has settled and what was learnt or changed has reached the datapath:
   * every flow there is what the rules say now. Moves a virtual clock to that moment.
   */
  async revalidated(): Promise<void> {
    const { clock, udpif } = this.#parts;
    await this.settled();
    if (!udpif.isRevalidationPending) return;
    let isDone = false;
    const done = new Promise<void>((resolve) => {
      udpif.waitForCycle(() => {
        isDone = true;
        resolve();
      });
    });
    while (clock instanceof VirtualClock && !isDone) clock.advanceTo(clock.nextDeadline() ?? 0);
    await done;
  }

  /** When the next rule or address may expire; undefined: none does. */
  nextExpiry(): Instant | undefined {
    return this.#parts.translator.nextDeadline();
  }

  /** `ovs-ofctl add-flow` on the first bridge. Throws a `ParseError` that says where. */
  addFlow(flow: string): void {
    this.bridge().addFlow(flow);
  }

  /** `ovs-ofctl add-flows` on the first bridge: one rule a line. */
  addFlows(flows: string): void {
    this.bridge().addFlows(flows);
  }

  /** `ovs-ofctl mod-flows` on the first bridge; how many rules changed. */
  modifyFlows(change: string, choice?: FlowChoice): number {
    return this.bridge().modifyFlows(change, choice);
  }

  /** `ovs-ofctl del-flows` on the first bridge; how many rules went. */
  deleteFlows(match?: string, choice?: FlowChoice): number {
    return this.bridge().deleteFlows(match, choice);
  }

  /** `ovs-ofctl add-group` on the first bridge. Throws an `UpcallError` that says what is wrong. */
  addGroup(group: string): void {
    this.bridge().addGroup(group);
  }

  /** The groups of all bridges, with their counters. */
  groups(): readonly GroupState[] {
    return this.bridges.flatMap((bridge) => bridge.groups());
  }

  /** `ovs-ofctl add-meter` on the first bridge. Throws an `UpcallError` that says what is wrong. */
  addMeter(meter: string): void {
    this.bridge().addMeter(meter);
  }

  /** The meters of all bridges, with their counters. */
  meters(): readonly MeterState[] {
    return this.bridges.flatMap((bridge) => bridge.meters());
  }

  /** The rules of all bridges, hidden ones included, with their counters. */
  rules(): readonly RuleState[] {
    return this.bridges.flatMap((bridge) => bridge.rules());
  }

  /** `ovs-ofctl dump-flows` of all bridges. */
  dumpFlows(): string {
    return this.bridges.map((bridge) => bridge.dumpFlows()).join('');
  }

  /**
   * Sends a packet through actions of a bridge, as a controller's packet-out does. It is executed
   * before this returns; what comes of it is credited to no port.
   */
  packetOut(bridge: SwitchBridge, out: PacketOutRequest): void {
    const { translator, datapath } = this.#parts;
    const operation = translator.packetOut(bridge.ofproto, out);
    if (operation !== undefined) datapath.operate([operation], () => {});
  }

  /** Lets a packet go on from the `continuation` of its packet-in, as a controller does. */
  resume(state: FrozenState, packet: Packet): void {
    const { translator, datapath } = this.#parts;
    const operation = translator.resume(state, packet);
    if (operation !== undefined) datapath.operate([operation], () => {});
  }

  /** The datapath flows, with their counters. */
  megaflows(): readonly MegaflowState[] {
    return dumpMegaflows(this.datapath);
  }

  /** `ovs-appctl dpctl/dump-flows`. */
  dumpMegaflows(): string {
    return formatMegaflows(this.datapath, this.clock.now());
  }

  /** Whether every packet is accounted for; it must be once the switch has stopped. */
  conservation(): Conservation {
    const { ports, datapath, translator, udpif } = this.#parts;
    return weighConservation({
      received: ports.received(),
      recirculated: datapath.recirculated,
      credited: translator.credited,
      portless: udpif.status().uncredited.unassociated,
      lost: datapath.lostAll,
      invalid: datapath.invalid,
    });
  }

  /**
   * Lets packets on their way finish, then ends all actors, with the last counters of every
   * datapath flow pushed. Nothing of the switch keeps the process alive afterwards. May be called
   * again.
   */
  stop(): Promise<void> {
    this.#isOpen = false;
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const { clock, udpif, runtime, ports } = this.#parts;
    for (const port of ports.list) port.stopReceiving();
    await this.settled();
    const destroyed = new Promise<void>((resolve) => {
      udpif.actor.subscribe({ complete: resolve });
    });
    udpif.destroy();
    if (clock instanceof VirtualClock) clock.runDue();
    await destroyed;
    runtime.remove(udpif);
    this.#stopped.next();
  }
}

function nextTurn(clock: Clock): Promise<void> {
  return new Promise((resolve) => clock.setTimeout(resolve, 0));
}

/** A subscriber threw: that is said and counted, and harms nobody else. */
function reportSubscriber({ coverage, log }: SwitchParts, error: unknown): void {
  coverage.inc('subscriber_error');
  moduleLog(log, 'ofproto_dpif').error({ err: error }, 'subscriber to transmitted packets failed');
}

/** When a dump has brought fresh counters, rules may have expired. */
function followDumps({ udpif, translator, clock }: SwitchParts): void {
  udpif.dumpSeq.changes.subscribe(() => {
    clock.setTimeout(() => translator.runAfterDump(clock.now()), 0);
  });
}
