/**
 * The translator: what should happen to a flow?
 *
 * The slow path asks it for every upcall and every revalidation, and believes the answer until the
 * translator says (`revalidations`) that answers may have changed. `src/ofproto/` answers from
 * OpenFlow tables; an embedder can answer in any other way. Answers to the interface of OVS's
 * `ofproto-dpif-xlate.h`.
 *
 * **Credit.** `stats` of a request are credited to every rule, port, MAC entry and mirror that the
 * translation reaches, exactly once. Where `mayLearn` is false and there are neither stats nor a
 * packet, a translation has no side effect at all.
 *
 * **Consistency.** Both methods may be called at any moment; each call sees one configuration.
 * Results are scratch: they hold until the next call.
 */

import type { Observable } from 'rxjs';
import type { OdpPort } from '../base/brands.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';
import type { FlowStats } from './dpif.js';
import type { OdpActions } from './odp-actions.js';
import type { Ipfix, Netflow, PacketIns, Sflow } from './telemetry.js';

/** Why answers may have changed; counted as `rev_<reason>`. Answers to `enum revalidate_reason`. */
export type RevalidationReason =
  | 'flow_table'
  | 'mac_learning'
  | 'mcast_snooping'
  | 'port_toggled'
  | 'reconfigure'
  | 'stp'
  | 'rstp'
  | 'bond';

/** Which bridge a datapath key belongs to, and the flow as that bridge sees it. */
export interface Ingress {
  /** The bridge, opaque to the slow path; two keys of one bridge have the same object. */
  readonly ofproto: object;
  /** Its name in cookies; absent: all zeros. */
  readonly ofprotoUuid?: string;
  /** As the key, but its in_port is an OpenFlow port. Scratch. */
  readonly flow: Flow;
  readonly odpInPort: OdpPort;
  /**
   * The port stands for a VLAN of another one (a VLAN splinter): the flow is that other port's and
   * has this tag in its outermost VLAN, bit 0x1000 set; its packets have not (profile `ovs-2.3`).
   */
  readonly splinterTci?: number;
  /** The datapath cannot match all that the key says (`ODP_FIT_TOO_LITTLE`). */
  readonly isTooLittle?: boolean;
  readonly sflow?: Sflow;
  readonly ipfix?: Ipfix;
  readonly netflow?: Netflow;
  /** Where packets go that a `controller` action sends up. */
  readonly packetIns?: PacketIns;
}

/** A rule as others may name it; of one rule there is one of these. */
export interface RuleRef {
  readonly bridge: string;
  readonly table: number;
  /** Match, priority and actions, as `ovs-ofctl dump-flows` prints them. */
  readonly text: string;
  /** Made by the switch itself: what a packet meets that no rule of the table matches. */
  readonly isHidden: boolean;
}

/** A step's text, with ports by number unless it is told how to write them. */
export type TraceText = (portText?: (port: number) => string) => string;

/**
 * What a note is. The first four are headings: what follows one level deeper belongs to them. A
 * detail says more of the action before it; a warning, that it did nothing; an error, that
 * all ends.
 */
export type TraceNoteKind =
  | 'bridge'
  | 'bucket'
  | 'action set'
  | 'thaw'
  | 'plain'
  | 'detail'
  | 'warning'
  | 'error';

/**
 * Hears what a translation does, step by step. `depth`: how many rules have called one another to
 * get there; headings (tables, and notes of such a kind) of depth n contain what comes after them
 * with depth n and, in headings of their own, deeper. A text is made only when it is asked for, and
 * only before the call returns.
 */
export interface XlateTrace {
  /** The flow was looked up in `table`, and met `rule`. */
  table(depth: number, table: number, rule: RuleRef): void;
  /** A rule's action is about to be carried out. */
  action(depth: number, text: TraceText): void;
  /** Anything else that decides what becomes of the packet. */
  note(depth: number, text: TraceText, kind: TraceNoteKind): void;
  /** After each step: the packet's flow as it now is, and all that the answer hangs on so far. */
  moved?(flow: Flow, mask: FlowMask): void;
}

export interface XlateRequest {
  readonly ingress: Ingress;
  /** Present: process it (protocols, packet-ins). Absent: only classify. */
  readonly packet?: Packet;
  readonly tcpFlags: number;
  /** Whether the translation may change what the switch knows (MAC learning). */
  readonly mayLearn: boolean;
  /** What to credit; undefined: nothing. */
  readonly stats?: Readonly<FlowStats>;
  /** Filled with what a later push of statistics must reach. */
  readonly cache?: XlateCache;
  /** The mask is not wanted; the answer's may then be anything. */
  readonly skipWildcards: boolean;
  /** Hears the steps; undefined: nobody does. */
  readonly trace?: XlateTrace | undefined;
}

/** The answer. Always fully initialised; scratch but for `actions`, which is immutable. */
export interface XlateResult {
  readonly actions: OdpActions;
  /** Every bit that the answer depends on. */
  readonly mask: FlowMask;
  /** Bits of `SlowReason`; not 0: packets of this flow must come up, each of them. */
  readonly slow: number;
  /** A controller is gone and this flow is treated so because of that (profile `ovs-2.3`). */
  readonly failOpen: boolean;
  /**
   * Why there is no real answer, and so the actions are empty; counted and logged by the
   * translator.
   */
  readonly error?: string | undefined;
  /** To be held by each flow that has these actions, or this key; undefined: there is none. */
  readonly lease?: XlateLease | undefined;
}

/**
 * What an answer will need to find again as long as a flow carries it: the frozen states that it
 * names. Neither method throws.
 */
export interface XlateLease {
  /** A flow has come to be. Once for each. */
  hold(): void;
  /** It is gone. */
  release(): void;
}

/** What one flow stands for, so that counters reach it without a new translation. One per ukey. */
export interface XlateCache {
  /** Credits `stats` as `translate` with them would have; nothing at zero packets. */
  push(stats: Readonly<FlowStats>, mayLearn: boolean): void;
  /** Learns again what a push would, at zero packets too: what 2.3 did by mistake (B-13). */
  relearn?(): void;
  /** The rules that a push reaches, each once. */
  rules?(): readonly RuleRef[];
  /** Lets go of everything. */
  clear(): void;
}

export interface Translator {
  /** 'ENODEV': no bridge has the key's in_port. 'EINVAL': the key makes no sense. */
  receive(key: Flow): Ingress | 'ENODEV' | 'EINVAL';
  translate(request: XlateRequest): XlateResult;
  createCache(): XlateCache;
  /** Emits whenever answers may have changed. */
  readonly revalidations: Observable<RevalidationReason>;
  /** Whether any NetFlow exporter exists (process-wide in OVS). */
  netflowExists(): boolean;
}
