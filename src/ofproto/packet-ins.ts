/**
 * Packet-ins: packets on their way to a controller.
 *
 * A `controller` action becomes a datapath action whose cookie holds little; the rest of what the
 * packet-in tells (table, registers, metadata) is a frozen state, whose number the cookie carries.
 * Packets that come up with such a cookie are copied into a bounded queue, and handed out in
 * batches, in a turn of their own, so that a subscriber cannot re-enter the slow path. Answers to
 * `ofproto_async_msg`.
 *
 * Owner: one per translator. The controller connections of a later step subscribe to `packetIns`.
 */

import { type Observable, Subject } from 'rxjs';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import { GuardedObservable } from '../base/guarded-observable.js';
import type { ControllerCookie, PacketIns } from '../datapath/telemetry.js';
import { copyFlow, type Flow } from '../packet/flow.js';
import { IN_PORT, METADATA } from '../packet/flow-layout.js';
import type { Packet } from '../packet/packet.js';
import type { FrozenState, FrozenStates } from './frozen-states.js';
import type { Ofpact } from './ofpact.js';

/** Packet-ins that wait; beyond it they are dropped and counted. Answers to the limit of `ams`. */
export const PACKET_INS_MAX = 1024;

/** Why the packet goes to a controller. Answers to `enum ofp_packet_in_reason`. */
export const PacketInReason = {
  NO_MATCH: 0,
  ACTION: 1,
  INVALID_TTL: 2,
  ACTION_SET: 3,
  GROUP: 4,
  PACKET_OUT: 5,
  EXPLICIT_MISS: 6,
  IMPLICIT_MISS: 7,
} as const;

/** Whether it goes because no rule matched. */
export function isMissReason(reason: number): boolean {
  const { NO_MATCH, EXPLICIT_MISS, IMPLICIT_MISS } = PacketInReason;
  return reason === NO_MATCH || reason === EXPLICIT_MISS || reason === IMPLICIT_MISS;
}

/** Whether an action says no more than `output:controller` does. */
export function isPlainController(action: Extract<Ofpact, { type: 'controller' }>): boolean {
  const { reason, controllerId, userdata, pauses, meterId } = action;
  const isUsual = reason === PacketInReason.ACTION && controllerId === 0;
  return isUsual && userdata === undefined && pauses !== true && meterId === undefined;
}

/** Of no rule: all ones. */
const NO_COOKIE = 0xffff_ffff_ffff_ffffn;

export interface PacketIn {
  /** The bridge whose action it was: `Ofproto.uuid`; empty where nobody knows. */
  readonly ofprotoUuid: string;
  /** A copy; at most `maxLength` bytes are meant for the controller. */
  readonly packet: Packet;
  readonly reason: number;
  readonly table: number;
  /** Of the rule whose action it was. */
  readonly cookie: bigint;
  readonly controllerId: number;
  readonly maxLength: number;
  /** The packet's flow with the registers, the metadata and the port that the pipeline had. */
  readonly flow: Flow;
  /** What the action told the controller besides; empty: nothing. */
  readonly userdata: Uint8Array;
  /** The packet waits to go on from here; undefined: it does not wait. */
  readonly continuation?: FrozenState;
}

const NO_USERDATA: Uint8Array = new Uint8Array(0);

export interface PacketInQueueOptions {
  readonly clock: Pick<Clock, 'setTimeout'>;
  readonly coverage: Coverage;
  readonly frozen: FrozenStates;
}

export class PacketInQueue implements PacketIns {
  readonly #clock: Pick<Clock, 'setTimeout'>;
  readonly #coverage: Coverage;
  readonly #subject = new Subject<readonly PacketIn[]>();
  /** One emission a batch. What a subscriber throws is counted, and harms nobody else. */
  readonly packetIns: Observable<readonly PacketIn[]> = new GuardedObservable(this.#subject, () =>
    this.#coverage.inc('subscriber_error'),
  );
  readonly #frozen: FrozenStates;
  #waiting: PacketIn[] = [];
  #isDrainDue = false;

  constructor(options: PacketInQueueOptions) {
    this.#clock = options.clock;
    this.#coverage = options.coverage;
    this.#frozen = options.frozen;
  }

  received(packet: Packet, key: Flow, cookie: ControllerCookie): void {
    if (cookie.dontSend) return;
    const state = this.#frozen.find(cookie.recircId);
    if (state === undefined) {
      this.#coverage.inc('packet_in_state_forgotten');
      return;
    }
    const flow = copyFlow(key);
    flow.set(state.metadata, METADATA);
    flow[IN_PORT] = state.inPort;
    this.#queue({
      ofprotoUuid: cookie.ofprotoUuid,
      packet: packet.copy(),
      reason: cookie.reason,
      table: state.table,
      cookie: cookie.ruleCookie,
      controllerId: cookie.controllerId,
      maxLength: cookie.maxLength,
      flow,
      userdata: state.userdata,
      ...(cookie.isPaused === true ? { continuation: state } : {}),
    });
  }

  failedOpen(packet: Packet, flow: Flow): void {
    this.#queue({
      ofprotoUuid: '',
      packet: packet.copy(),
      reason: PacketInReason.NO_MATCH,
      table: 0,
      cookie: NO_COOKIE,
      controllerId: 0,
      maxLength: 0,
      flow: copyFlow(flow),
      userdata: NO_USERDATA,
    });
  }

  #queue(packetIn: PacketIn): void {
    if (this.#waiting.length >= PACKET_INS_MAX) {
      this.#coverage.inc('packet_in_overflow');
      return;
    }
    this.#waiting.push(packetIn);
    this.#scheduleDrain();
  }

  #scheduleDrain(): void {
    if (this.#isDrainDue) return;
    this.#isDrainDue = true;
    this.#clock.setTimeout(() => this.#drain(), 0);
  }

  #drain(): void {
    this.#isDrainDue = false;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#subject.next(batch);
  }
}
