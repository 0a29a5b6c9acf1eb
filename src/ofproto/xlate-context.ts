/**
 * The scratch of a translation: what its parts share, reused from one to the next.
 *
 * `flow` is the packet as the pipeline sees it, `base` as the datapath's actions so far have left
 * it, `wc` what the answer hangs on. Answers to `struct xlate_ctx`.
 *
 * Owner: the translator has one; a translation owns it from `begin` to its result. Hot path. Bench:
 * `bench/translate.ts`.
 */

import type { OdpPort, OfpPort } from '../base/brands.js';
import { ofpPort } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';
import type { XlateLease, XlateRequest, XlateTrace } from '../datapath/translator.js';
import { createFlow, createFlowMask } from '../packet/flow.js';
import {
  ACTSET_OUTPUT,
  IN_PORT,
  METADATA,
  NW_PROTO,
  PACKET_TYPE,
  SKB_PRIORITY,
  VLAN_CFI,
  VLAN_VID_MASK,
  VLAN0,
} from '../packet/flow-layout.js';
import { PT_ETH } from '../packet/protocol.js';
import { ActionBuilder } from './action-builder.js';
import { writeActions } from './action-set.js';
import { commitActions, type Encapsulation } from './commit-actions.js';
import {
  type FrozenDraft,
  FrozenLease,
  type FrozenState,
  type FrozenStates,
} from './frozen-states.js';
import { OFPP_UNSET, type Ofpact, TABLE_MAX } from './ofpact.js';
import type { Ofproto, OfprotoPort } from './ofproto.js';
import type { PacketInQueue } from './packet-ins.js';
import type { PatchLink } from './patch-ports.js';
import { VlanTagsPool } from './port-vlan.js';
import { isIpAny } from './prerequisites.js';
import { isSpanningTree } from './reserved-addresses.js';
import { NO_COOKIE, type Rule } from './rule.js';
import { SENTENCES, type Sentence } from './trace-sentences.js';
import { tableEntry, type XlateCacheEntry } from './xlate-cache.js';
import { Freezing } from './xlate-freeze.js';
import { mirrorDeparture } from './xlate-mirror.js';
import { XlateStack } from './xlate-stack.js';
import { say, traceMoved, traceTable } from './xlate-trace.js';
import { initWildcards } from './xlate-wildcards.js';

/** Why a translation has no real answer. Answers to `enum xlate_error`. */
export type XlateError =
  | 'bridge_not_found'
  | 'recursion_too_deep'
  | 'too_many_resubmits'
  | 'no_recirculation_context'
  | 'unsupported_action'
  | 'unsupported_packet_type'
  | 'stack_too_deep'
  | 'too_many_mpls_labels';

/** The upcall queue for packets of a port; `Dpif.portGetPid`. */
export type PidOfPort = (port: OdpPort, hash: number) => number;

/**
 * How packets for a controller come up: by a datapath action with a cookie, or, as in 2.3, as those
 * of a slow flow, and the translation that has the packet sends it.
 */
export type ControllerAction = 'userspace' | 'slow path';

export interface XlateContextOptions {
  readonly packetIns: PacketInQueue;
  readonly frozen: FrozenStates;
  readonly pidOf: PidOfPort;
  readonly controllerAction: ControllerAction;
}

/** A snaplen with which nothing is cut. */
const WHOLE = 0xffff;

export class XlateContext {
  readonly flow = createFlow();
  readonly base = createFlow();
  readonly wc = createFlowMask();
  readonly actions = new ActionBuilder();
  readonly packetIns: PacketInQueue;
  readonly frozen: FrozenStates;
  readonly pidOf: PidOfPort;
  readonly controllerAction: ControllerAction;
  /** What the request asks for; see `XlateRequest`. */
  request: XlateRequest | undefined;
  mayLearn = false;
  stats: Readonly<FlowStats> | undefined;
  /** Whether the wildcards that lookups find are wanted. */
  isMaskWanted = true;
  isCached = false;
  /** Hears the steps, where somebody wants to. */
  trace: XlateTrace | undefined;
  /** Has the bridge at the other end translate the packet; `Xlate` knows how. */
  crossPatch: (link: PatchLink, isLast: boolean) => void = () => {};
  /** Whether nothing comes behind the action that is being carried out. */
  isLastAction = false;
  /** For the tags that packets have inside of bridges. */
  readonly tags = new VlanTagsPool();
  /** Mirrors that have their copy of the packet, by bits. */
  mirrors = 0;
  /** Bytes to which outputs are cut, because they are for a mirror; 0: they are not. */
  snaplen = 0;
  /** What `push` has kept. */
  readonly stack = new XlateStack();
  /** What `write_actions` has gathered, to be done at the end. */
  actionSet: Ofpact[] = [];
  /** A group has been written: where the packet goes, only the end will show. */
  actionSetHasGroup = false;
  isInActionSet = false;
  /** Whether a group's bucket is being carried out, or what it calls. */
  isInGroup = false;
  /** No further action is to be carried out. */
  isExited = false;
  /** The header that the next commit puts in front. */
  encap: Encapsulation | undefined;
  /** The next commit takes an NSH header away. */
  isNshPopped = false;
  /** The priority that the packet came with. */
  priority = 0;
  /** Rules that are being carried out, each called by the one before. */
  height = 0;
  /** The table that is being looked at, and the rule found in it. */
  table = 0;
  rule: Rule | undefined;
  /** Of the rule whose action is being carried out; it may be the rest of one that was frozen. */
  cookie = NO_COOKIE;
  /** What is kept for later, while nothing more is carried out. */
  readonly freezing = new Freezing();
  error: XlateError | undefined;
  /** Bits of `SlowReason`. */
  slow = 0;
  /** The last label is gone: what the packet is now, only another look at it can tell. */
  isBared = false;
  #ofproto: Ofproto | undefined;
  #version = 0;
  readonly #entries: XlateCacheEntry[] = [];
  /** Numbers of frozen states that the actions name, and the one that the packet came with. */
  readonly #frozenIds: number[] = [];

  constructor(options: XlateContextOptions) {
    this.packetIns = options.packetIns;
    this.frozen = options.frozen;
    this.pidOf = options.pidOf;
    this.controllerAction = options.controllerAction;
  }

  get ofproto(): Ofproto {
    return this.#ofproto!;
  }

  get version(): number {
    return this.#version;
  }

  /** The packet is another bridge's from now on, whose tables it meets in `version`. */
  turnTo(ofproto: Ofproto, version: number): void {
    this.#ofproto = ofproto;
    this.#version = version;
  }

  /** The port that the pipeline takes the packet to come from; rules may have changed it. */
  get inPort(): OfpPort {
    return ofpPort(this.flow[IN_PORT]! & 0xffff);
  }

  begin(request: XlateRequest, ofproto: Ofproto, version: number): void {
    this.request = request;
    this.mayLearn = request.mayLearn;
    this.stats = request.stats;
    this.isMaskWanted = !request.skipWildcards;
    this.isCached = request.cache !== undefined;
    this.trace = request.trace;
    this.height = 0;
    this.#ofproto = ofproto;
    this.#version = version;
    this.flow.set(request.ingress.flow);
    this.base.set(request.ingress.flow);
    // The flow has the tag of a VLAN splinter, the packet has not.
    if (request.ingress.splinterTci !== undefined) this.base[VLAN0] = 0;
    initWildcards(this.wc, this.flow);
    this.actions.reset();
    this.#entries.length = 0;
    this.table = 0;
    this.rule = undefined;
    this.cookie = NO_COOKIE;
    this.freezing.end();
    this.#frozenIds.length = 0;
    this.error = undefined;
    this.slow = 0;
    this.isBared = false;
    this.tags.reset();
    this.mirrors = 0;
    this.snaplen = 0;
    this.stack.clear();
    if (this.actionSet.length > 0) this.actionSet = [];
    this.actionSetHasGroup = false;
    this.isInActionSet = false;
    this.isInGroup = false;
    this.isExited = false;
    this.encap = undefined;
    this.isNshPopped = false;
    this.priority = this.flow[SKB_PRIORITY]!;
    this.flow[ACTSET_OUTPUT] = OFPP_UNSET;
  }

  /** Goes on from where an earlier translation stopped, whose packet has come back as `id`. */
  thaw(state: FrozenState, id: number): void {
    if (id !== 0) this.#frozenIds.push(id);
    this.flow.set(state.metadata, METADATA);
    this.flow[IN_PORT] = state.inPort;
    this.table = state.table;
    this.mirrors = state.mirrors;
    this.stack.restore(state.stack);
    if (state.actionSet.length > 0) writeActions(this, state.actionSet);
  }

  /** The number of a state that the actions will name. */
  freeze(draft: FrozenDraft): number {
    const id = this.frozen.freeze(draft);
    this.#frozenIds.push(id);
    return id;
  }

  /** What flows with these actions must hold. */
  takeLease(): XlateLease | undefined {
    const ids = this.#frozenIds;
    return ids.length === 0 ? undefined : new FrozenLease(this.frozen, ids.slice());
  }

  /**
   * Turns the changes so far into datapath actions, because something is about to see the packet.
   */
  commit(): void {
    this.slow |= commitActions(this);
  }

  /**
   * Appends an output of the packet as it now is, if the bridge has the port and it forwards.
   * `isLast`: nothing is done with the packet afterwards.
   */
  outputTo(number: OfpPort, isLast = false): void {
    const port = this.ofproto.port(number);
    if (port === undefined || port.config.noForward) {
      if (this.trace !== undefined) {
        say(this, port === undefined ? SENTENCES.noPort() : SENTENCES.noForward());
      }
      return;
    }
    const obstacle = this.#obstacleAt(port);
    if (obstacle !== undefined) {
      if (this.trace !== undefined) say(this, obstacle());
      return;
    }
    if (port.patch !== undefined) {
      if (port.patch.link === undefined) mirrorDeparture(this, port);
      else this.crossPatch(port.patch.link, isLast);
      return;
    }
    if (!this.ofproto.splinters.isEmpty && this.#outputToSplinter(number)) return;
    this.commit();
    if (this.snaplen > 0 && this.snaplen < WHOLE) this.actions.trunc(this.snaplen);
    this.actions.output(port.odpPort);
    mirrorDeparture(this, port);
  }

  /** Why the packet cannot leave by a port that there is; undefined: it can. */
  #obstacleAt(port: OfprotoPort): (() => Sentence) | undefined {
    if (port.patch !== undefined && this.snaplen > 0) return SENTENCES.mirrorNotTruncated;
    if (port.isProtected && this.ofproto.port(this.inPort)?.isProtected === true) {
      return SENTENCES.protectedPorts;
    }
    return this.flow[PACKET_TYPE] === PT_ETH ? undefined : SENTENCES.noEthernet;
  }

  /** Whether the packet left by the port that stands for its VLAN of `real`, without the tag. */
  #outputToSplinter(real: OfpPort): boolean {
    this.wc[VLAN0]! |= VLAN_VID_MASK | VLAN_CFI;
    const tag = this.flow[VLAN0]!;
    const device = this.ofproto.port(this.ofproto.splinters.deviceOf(real, tag & 0xffff));
    if (device === undefined || device.ofpPort === real) return false;
    this.flow[VLAN0] = 0;
    this.commit();
    this.actions.output(device.odpPort);
    this.flow[VLAN0] = tag;
    return true;
  }

  /** The rule that the flow meets in `table`, credited, as if the packet had come from `inPort`. */
  lookup(table: number, inPort: OfpPort): Rule {
    const { tables, misses } = this.ofproto;
    if (this.trace !== undefined) traceMoved(this);
    if (this.#isDroppedFragment()) return this.#met(table, this.ofproto.dropFragmentsRule, inPort);
    const rule = this.#find(table, inPort);
    if (rule !== tables.missRule) return this.#met(table, rule, inPort);
    const treatment = misses.treatment(table);
    if (treatment === 'continue' && table < TABLE_MAX) {
      this.#creditTable(table, false);
      return this.lookup(table + 1, inPort);
    }
    const isTold = treatment === 'controller' && this.#tellsController(inPort);
    return this.#met(table, isTold ? tables.controllerMissRule : rule, inPort);
  }

  /** The same for `resubmit`: what becomes of packets that no rule matches is not asked. */
  lookupForResubmit(table: number, inPort: OfpPort): Rule {
    if (this.trace !== undefined) traceMoved(this);
    if (this.#isDroppedFragment()) return this.#met(table, this.ofproto.dropFragmentsRule, inPort);
    return this.#met(table, this.#find(table, inPort), inPort);
  }

  #met(table: number, rule: Rule, inPort: OfpPort): Rule {
    this.#credit(table, rule);
    if (this.trace !== undefined) traceTable(this, { table, rule, inPort });
    return rule;
  }

  /** Whether misses of this port may go to the controller. */
  #tellsController(inPort: OfpPort): boolean {
    return this.ofproto.port(inPort)?.config.noPacketIn !== true;
  }

  /** Whether the port that the packet came in by takes no such packets. */
  isUnwanted(): boolean {
    const config = this.ofproto.port(this.inPort)?.config;
    if (config === undefined) return false;
    return isSpanningTree(this.flow) ? config.noReceiveStp : config.noReceive;
  }

  /** Notes what a push of statistics must reach. */
  note(entry: XlateCacheEntry): void {
    if (this.isCached) this.#entries.push(entry);
  }

  /** What was noted, as a list of its own. */
  takeEntries(): readonly XlateCacheEntry[] {
    return this.#entries.slice();
  }

  #isDroppedFragment(): boolean {
    const isFragment = isIpAny(this.flow) && this.flow[NW_PROTO]! >>> 24 !== 0;
    return isFragment && this.ofproto.fragmentMode === 'drop';
  }

  #find(table: number, inPort: OfpPort): Rule {
    const { flow } = this;
    const wc = this.isMaskWanted ? this.wc : undefined;
    const ownPort = flow[IN_PORT]!;
    flow[IN_PORT] = inPort;
    const rule = this.ofproto.tables.lookup(table, this.#version, flow, wc);
    flow[IN_PORT] = ownPort;
    return rule;
  }

  #credit(table: number, rule: Rule): void {
    const { missRule, controllerMissRule } = this.ofproto.tables;
    this.#creditTable(table, rule !== missRule && rule !== controllerMissRule);
    if (this.stats !== undefined) rule.credit(this.stats);
    this.note(rule);
  }

  #creditTable(table: number, isMatch: boolean): void {
    if (this.stats !== undefined) this.ofproto.creditTable(table, isMatch, this.stats);
    this.note(tableEntry(table, isMatch));
  }
}
