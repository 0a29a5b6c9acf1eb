/**
 * The translator of a switch whose bridges speak OpenFlow: which bridge a datapath port belongs to,
 * and what that bridge does with a flow.
 *
 * It gathers what the bridges announce into one stream of revalidations, and runs their periodic
 * work. Answers to the part of `ofproto-dpif.c` that sees all bridges of a datapath, and to
 * `xlate_receive()`.
 *
 * Owner: the switch. Hot path. Bench: `bench/translate.ts`.
 */

import { merge, type Observable } from 'rxjs';
import {
  type Instant,
  ODPP_NONE,
  type OdpPort,
  type OfpPort,
  odpPort,
  ofpPort,
} from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import { type Log, silentLog } from '../base/log.js';
import { RateLimit } from '../base/rate-limit.js';
import { SlowReason } from '../datapath/cookie.js';
import type { ExecuteOp } from '../datapath/dpif.js';
import type {
  Ingress,
  RevalidationReason,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
  XlateTrace,
} from '../datapath/translator.js';
import { extractFlow } from '../packet/extract.js';
import { copyFlow, createFlow, type Flow } from '../packet/flow.js';
import { IN_PORT, RECIRC_ID, TCP_FLAGS, VLAN0 } from '../packet/flow-layout.js';
import type { Packet } from '../packet/packet.js';
import { ETH_TYPE_VLAN } from '../packet/protocol.js';
import { type FrozenState, FrozenStates } from './frozen-states.js';
import type { Ofpacts } from './ofpact.js';
import { Ofproto, type OfprotoPort } from './ofproto.js';
import { type PacketIn, PacketInQueue } from './packet-ins.js';
import { tciOf, type VlanSplinter } from './vlan-splinters.js';
import { Xlate } from './xlate.js';
import { OfprotoXlateCache } from './xlate-cache.js';
import type { ControllerAction, PidOfPort } from './xlate-context.js';

export interface OfprotoTranslatorOptions {
  readonly bridges: readonly Ofproto[];
  readonly clock: Pick<Clock, 'now' | 'setTimeout'>;
  readonly coverage: Coverage;
  readonly log?: Log;
  /** Which upcall queue packets for a controller take; queue 0 unless given. */
  readonly pidOf?: PidOfPort;
  /** How packets for a controller come up; by an action of their own, unless given. */
  readonly controllerAction?: ControllerAction;
  /** Whether ports may stand for a VLAN of another one. Default: no. */
  readonly hasVlanSplinters?: boolean;
}

/** A packet that a controller sends. */
export interface PacketOutRequest {
  readonly packet: Packet;
  /** Which port it passes for; reserved ones too. */
  readonly inPort: OfpPort;
  readonly actions: Ofpacts;
}

/** A flow that is only asked about. */
export interface TraceRequest {
  /** Its in_port is an OpenFlow port. */
  readonly flow: Flow;
  readonly packet?: Packet | undefined;
  /** Instead of what a rule of the first table does. */
  readonly actions?: Ofpacts | undefined;
  readonly trace: XlateTrace;
}

/** A bridge's port, found by its datapath number. */
interface Attachment {
  readonly ofproto: Ofproto;
  readonly port: OfprotoPort;
  readonly splinter: VlanSplinter | undefined;
}

/** Failed translations are logged once a second, five at once; OVS's `error_report_rl`. */
const FAILURES_PER_MINUTE = 60;
const FAILURES_BURST = 5;

const NO_OPERATION: Ofpacts = [{ type: 'note', bytes: new Uint8Array(0) }];

export function createOfprotoTranslator(options: OfprotoTranslatorOptions): OfprotoTranslator {
  return new OfprotoTranslator(options);
}

export class OfprotoTranslator implements Translator {
  readonly revalidations: Observable<RevalidationReason>;
  /** Packets for controllers; one emission a batch. */
  readonly packetIns: Observable<readonly PacketIn[]>;
  readonly #bridges: readonly Ofproto[];
  readonly #clock: Pick<Clock, 'now'>;
  readonly #coverage: Coverage;
  readonly #log: Log;
  readonly #xlate: Xlate;
  readonly #packetIns: PacketInQueue;
  readonly #frozen: FrozenStates;
  readonly #hasVlanSplinters: boolean;
  readonly #failures = new RateLimit(FAILURES_PER_MINUTE, FAILURES_BURST);
  readonly #attachments = new Map<number, Attachment>();
  /** Of the last `receive`. */
  readonly #flow = createFlow();

  constructor(options: OfprotoTranslatorOptions) {
    const { bridges, clock, coverage } = options;
    this.#bridges = bridges;
    this.#clock = clock;
    this.#coverage = coverage;
    this.#log = options.log ?? silentLog;
    this.#frozen = new FrozenStates(clock);
    this.#packetIns = new PacketInQueue({ clock, coverage, frozen: this.#frozen });
    this.packetIns = this.#packetIns.packetIns;
    const pidOf = options.pidOf ?? (() => 0);
    const { controllerAction = 'userspace', hasVlanSplinters = false } = options;
    this.#hasVlanSplinters = hasVlanSplinters;
    this.#xlate = new Xlate({
      packetIns: this.#packetIns,
      frozen: this.#frozen,
      pidOf,
      controllerAction,
    });
    this.revalidations = merge(...bridges.map((bridge) => bridge.revalidations));
    this.#attachPorts();
    this.revalidations.subscribe((reason) => {
      if (reason === 'reconfigure') this.#attachPorts();
    });
  }

  receive(key: Flow): Ingress | 'ENODEV' {
    const number = key[IN_PORT]!;
    const attachment = this.#attachments.get(number);
    if (attachment === undefined) return 'ENODEV';
    const recircId = key[RECIRC_ID]!;
    if (recircId !== 0 && this.#frozen.find(recircId) === undefined) return 'ENODEV';
    this.#flow.set(key);
    this.#flow[IN_PORT] = attachment.port.ofpPort;
    if (attachment.splinter !== undefined) return this.#receiveSplinter(attachment, number);
    return {
      ofproto: attachment.ofproto,
      flow: this.#flow,
      odpInPort: odpPort(number),
      packetIns: this.#packetIns,
    };
  }

  translate(request: XlateRequest): XlateResult {
    const { ofproto } = request.ingress;
    this.#coverage.inc('xlate_actions');
    if (!(ofproto instanceof Ofproto)) {
      throw new TypeError('Cannot translate: the ingress is not from this translator');
    }
    const result = this.#xlate.translate(request, ofproto);
    if (result.error !== undefined) this.#reportFailure(ofproto, result.error);
    return result;
  }

  /**
   * What becomes of a packet that a controller sends through `actions` of a bridge, as if it had
   * come in at `inPort`: an operation for the datapath. Undefined: nothing.
   */
  packetOut(ofproto: Ofproto, out: PacketOutRequest): ExecuteOp | undefined {
    const { packet, inPort, actions } = out;
    return this.#inject(ofproto, packet, inPort, (request) =>
      this.#xlate.translateActions(request, ofproto, actions),
    );
  }

  /**
   * What becomes of a packet that a controller lets go on; `state` is the `continuation` of its
   * packet-in, with whatever the controller has changed. Undefined: nothing.
   */
  resume(state: FrozenState, packet: Packet): ExecuteOp | undefined {
    const { ofproto, inPort } = state;
    // No action left is no reason to look the packet up.
    const actions = state.actions.length > 0 ? state.actions : NO_OPERATION;
    return this.#inject(ofproto, packet, inPort, (request) =>
      this.#xlate.resume(request, { ...state, actions }),
    );
  }

  #inject(
    ofproto: Ofproto,
    packet: Packet,
    inPort: OfpPort,
    translate: (request: XlateRequest) => XlateResult,
  ): ExecuteOp | undefined {
    const key = createFlow();
    extractFlow(packet.data, key, ofproto.vlanLimit);
    const odpInPort = ofproto.port(inPort)?.odpPort ?? ODPP_NONE;
    key[IN_PORT] = inPort;
    const ingress = { ofproto, flow: copyFlow(key), odpInPort, packetIns: this.#packetIns };
    const now = this.#clock.now();
    const tcpFlags = (key[TCP_FLAGS] ?? 0) >>> 16;
    const stats = { packets: 1, bytes: packet.size, used: now, tcpFlags };
    const request = { ingress, packet, tcpFlags, mayLearn: true, stats, skipWildcards: true };
    const result = translate(request);
    if (result.error !== undefined) this.#reportFailure(ofproto, result.error);
    if (result.actions.length === 0) return undefined;
    key[IN_PORT] = odpInPort;
    const needsHelp = (result.slow & SlowReason.ACTION) !== 0;
    return { type: 'execute', packet, key, actions: result.actions, needsHelp, error: undefined };
  }

  /**
   * What would become of a flow of a bridge, told step by step. Nothing is credited or sent; with a
   * packet, what it teaches is learned.
   */
  trace(ofproto: Ofproto, request: TraceRequest): XlateResult {
    const { flow, packet, actions, trace } = request;
    const odpInPort = ofproto.port(ofpPort(flow[IN_PORT] ?? 0))?.odpPort ?? ODPP_NONE;
    const translated: XlateRequest = {
      ingress: { ofproto, flow, odpInPort, packetIns: this.#packetIns },
      ...(packet === undefined ? {} : { packet }),
      tcpFlags: (flow[TCP_FLAGS] ?? 0) >>> 16,
      mayLearn: packet !== undefined,
      skipWildcards: false,
      trace,
    };
    return actions === undefined
      ? this.#xlate.translate(translated, ofproto)
      : this.#xlate.translateActions(translated, ofproto, actions);
  }

  createCache(): XlateCache {
    return new OfprotoXlateCache();
  }

  netflowExists(): boolean {
    return false;
  }

  /** The work of all bridges that follows a change of `dump_seq`: rules expire, addresses age. */
  runAfterDump(now: Instant): void {
    for (const bridge of this.#bridges) bridge.runAfterDump(now);
  }

  /** The work of all bridges that waits for nothing: addresses age. */
  run(now: Instant): void {
    this.#frozen.expire();
    for (const bridge of this.#bridges) bridge.run(now);
  }

  /** The next moment at which `run` or `runAfterDump` has something to do; undefined: never. */
  nextDeadline(): Instant | undefined {
    let earliest: Instant | undefined;
    for (const bridge of this.#bridges) {
      const deadline = bridge.nextDeadline();
      if (deadline !== undefined && (earliest === undefined || deadline < earliest)) {
        earliest = deadline;
      }
    }
    return earliest;
  }

  /** What all bridges credited of packets that came from the datapath: each time they came. */
  get credited(): { readonly packets: number; readonly bytes: number } {
    const sum = { packets: 0, bytes: 0 };
    for (const { credited } of this.#bridges) {
      sum.packets += credited.packets;
      sum.bytes += credited.bytes;
    }
    return sum;
  }

  /** The bridge's OpenFlow port of a datapath port, if any bridge has it. */
  portOf(number: OdpPort): OfprotoPort | undefined {
    return this.#attachments.get(number)?.port;
  }

  /** The packet passes for one of the VLAN that its port stands for. */
  #receiveSplinter({ ofproto, splinter }: Attachment, number: number): Ingress | 'ENODEV' {
    if (splinter === undefined) return 'ENODEV';
    const splinterTci = tciOf(splinter);
    this.#flow[IN_PORT] = splinter.real;
    this.#flow[VLAN0] = ((ETH_TYPE_VLAN << 16) | splinterTci) >>> 0;
    const packetIns = this.#packetIns;
    return { ofproto, flow: this.#flow, odpInPort: odpPort(number), packetIns, splinterTci };
  }

  #attachPorts(): void {
    this.#attachments.clear();
    for (const ofproto of this.#bridges) {
      for (const port of ofproto.ports) {
        if (port.patch !== undefined) continue;
        const splinter = this.#hasVlanSplinters ? ofproto.splinters.of(port.ofpPort) : undefined;
        this.#attachments.set(port.odpPort, { ofproto, port, splinter });
      }
    }
  }

  #reportFailure(ofproto: Ofproto, error: string): void {
    this.#coverage.inc(`xlate_error_${error}`);
    this.#failures.log(
      this.#log,
      'warn',
      this.#clock.now(),
      { bridge: ofproto.name, error },
      'Cannot translate a flow: it is dropped',
    );
  }
}
