/**
 * Tells controllers what becomes of flows, as far as they have asked for it.
 *
 * What a controller changed itself it is told by the number of its message only, unless it wants
 * the whole. One whose updates pile up is paused: it hears of deletions alone, of flows that it
 * knew; when all has been taken, it is told of the flows that came and changed meanwhile. Answers
 * to `ofmonitor_report`, `ofmonitor_flush` and `ofmonitor_resume` of OVS's `ofproto/connmgr.c`.
 *
 * Owner: who is making the present change. The monitors themselves are their peer's.
 */

import type { Subscription } from 'rxjs';
import { formatActions } from '../ofproto/actions-text.js';
import type { FlowTables } from '../ofproto/flow-tables.js';
import { TABLE_MAX } from '../ofproto/ofpact.js';
import type { Rule, RuleChange } from '../ofproto/rule.js';
import { meets } from '../ofproto/rule-criteria.js';
import { REMOVAL_REASONS } from './async-messages.js';
import type { ByteReader } from './byte-reader.js';
import {
  type FlowMonitorRequest,
  type FlowUpdate,
  type FullUpdate,
  MonitorFlag,
  type MonitorForm,
  monitorForm,
  readMonitorRequest,
  writeFlowUpdate,
} from './flow-monitor-codec.js';
import { StatsReply } from './multipart.js';
import { encodeNicira, encodeOnf, NiciraType, OnfType } from './nicira.js';
import { OfpError } from './ofp-error.js';
import type { Peer } from './peer.js';
import { OF13 } from './protocol.js';
import type { Request } from './request.js';

/** Bytes of updates that wait before a controller is paused. Answers to `ofmonitor_flush`. */
export const MONITOR_BYTES_MAX = 128 * 1024;
/** Monitors that one controller has at most; OVS has no limit, and so grows with who asks. */
export const MONITORS_MAX = 1_000;

const FLAG_OF = {
  added: MonitorFlag.ADD,
  removed: MonitorFlag.DELETE,
  modified: MonitorFlag.MODIFY,
} as const;

/** Whose message is being carried out. */
interface Author {
  readonly peer: Peer;
  readonly xid: number;
}

export class FlowMonitors {
  readonly #tables: FlowTables;
  #author: Author | undefined;

  constructor(tables: FlowTables) {
    this.#tables = tables;
  }

  /** Tells the peers that there are at each moment. */
  follow(peers: () => Iterable<Peer>): Subscription {
    return this.#tables.ruleChanges.subscribe((changes) => {
      for (const peer of peers()) if (peer.monitors.size > 0) this.#tell(peer, changes);
    });
  }

  /** What `task` changes, `peer` changes by its message `xid`. */
  attribute(author: Author, task: () => void): void {
    this.#author = author;
    try {
      task();
    } finally {
      this.#author = undefined;
    }
  }

  /** Carries out the requests of a message: all of them, or none where one is wrong. */
  handle(request: Request, body: ByteReader, reply: StatsReply, form: MonitorForm): void {
    const { peer, version } = request;
    const wanted: FlowMonitorRequest[] = [];
    while (body.remaining > 0) {
      const monitor = readMonitorRequest(body, version, form);
      if (monitor.table !== undefined && monitor.table > TABLE_MAX) {
        throw new OfpError('OFPMOFC_BAD_TABLE_ID');
      }
      wanted.push(monitor);
    }
    const before = new Map(peer.monitors);
    try {
      for (const monitor of wanted) apply(peer.monitors, monitor);
    } catch (error) {
      peer.monitors = before;
      throw error;
    }
    for (const monitor of wanted) {
      if (monitor.command === 'delete' || (monitor.flags & MonitorFlag.INITIAL) === 0) continue;
      const rules = concerned(monitor, request.services.listing.rules());
      reply.appendEach(rules, (writer, rule) =>
        writeFlowUpdate(writer, updateOf(rule, 'initial', 0, monitor.flags), version),
      );
    }
  }

  /** `NXT_FLOW_MONITOR_CANCEL` and the ONF's. */
  cancel(peer: Peer, body: ByteReader): void {
    if (!peer.monitors.delete(body.u32())) throw new OfpError('OFPMOFC_UNKNOWN_MONITOR');
  }

  /** Goes on with a peer that has taken all its updates. */
  resume(peer: Peer): void {
    const since = peer.pausedAt;
    if (since === undefined) return;
    peer.pausedAt = undefined;
    const updates: FlowUpdate[] = [];
    for (const rule of this.#tables.rules()) {
      if (rule.addedIn <= since) continue;
      const kind = rule.bornIn > since ? 'added' : 'modified';
      const flags = flagsFor(peer, rule, FLAG_OF[kind]);
      if (flags !== 0) updates.push(updateOf(rule, kind, 0, flags));
    }
    send(peer, updates);
    sendPause(peer, 'resumed');
  }

  #tell(peer: Peer, changes: readonly RuleChange[]): void {
    const updates: FlowUpdate[] = [];
    const isOwn = this.#author?.peer === peer;
    let isAbbreviated = false;
    for (const change of changes) {
      const flags = flagsOfChange(peer, change);
      if (flags === 0) continue;
      if (!isOwn || (flags & MonitorFlag.OWN) !== 0 || peer.pausedAt !== undefined) {
        const reason = change.kind === 'removed' ? REMOVAL_REASONS[change.reason] : 0;
        updates.push(updateOf(change.rule, change.kind, reason, flags));
      } else if (!isAbbreviated) {
        updates.push({ event: 'abbreviated', xid: this.#author?.xid ?? 0 });
        isAbbreviated = true;
      }
    }
    send(peer, updates);
    if (peer.pausedAt === undefined && peer.connection.monitorBytes > MONITOR_BYTES_MAX) {
      peer.pausedAt = this.#tables.version;
      sendPause(peer, 'paused');
    }
  }
}

function apply(monitors: Map<number, FlowMonitorRequest>, request: FlowMonitorRequest): void {
  const { id, command } = request;
  const isThere = monitors.has(id);
  if (command === 'add' && isThere) throw new OfpError('OFPMOFC_MONITOR_EXISTS');
  if (command !== 'add' && !isThere) throw new OfpError('OFPMOFC_UNKNOWN_MONITOR');
  if (command === 'delete') {
    monitors.delete(id);
    return;
  }
  if (monitors.size >= MONITORS_MAX) throw new OfpError('OFPMOFC_UNKNOWN');
  monitors.set(id, request);
}

/** What the peer's monitors together want to be told of a change; 0: nothing. */
function flagsOfChange(peer: Peer, change: RuleChange): number {
  const { rule, kind } = change;
  if (isUnneeded(change)) return 0;
  const since = peer.pausedAt;
  // While it is paused, a peer need only forget what it knew.
  if (since !== undefined && (kind !== 'removed' || rule.bornIn > since)) return 0;
  const old = kind === 'removed' ? undefined : change.old;
  return flagsFor(peer, rule, FLAG_OF[kind], old);
}

/** A modification that gives a rule what it has already. */
function isUnneeded(change: RuleChange): boolean {
  if (change.kind !== 'modified') return false;
  const { rule, old } = change;
  if (rule.cookie !== old.cookie) return false;
  return formatActions(rule.actions) === formatActions(old.actions);
}

function flagsFor(peer: Peer, rule: Rule, wanted: number, old?: Rule): number {
  let flags = 0;
  for (const monitor of peer.monitors.values()) {
    if ((monitor.flags & wanted) === 0) continue;
    if (concerns(monitor, rule) || (old !== undefined && concerns(monitor, old))) {
      flags |= monitor.flags;
    }
  }
  return flags;
}

function concerns({ table, match, outPort }: FlowMonitorRequest, rule: Rule): boolean {
  if (table !== undefined && table !== rule.table) return false;
  return meets(rule, { match, outPort });
}

function* concerned(monitor: FlowMonitorRequest, rules: readonly Rule[]): Generator<Rule, void> {
  for (const rule of rules) if (concerns(monitor, rule)) yield rule;
}

function updateOf(
  rule: Rule,
  event: FullUpdate['event'],
  reason: number,
  flags: number,
): FullUpdate {
  const { table, priority, idleTimeout, hardTimeout, cookie, match } = rule;
  const actions = (flags & MonitorFlag.ACTIONS) === 0 ? undefined : rule.actions;
  return {
    event,
    reason,
    table,
    priority,
    idleTimeout,
    hardTimeout,
    cookie,
    match,
    actions,
  };
}

function send(peer: Peer, updates: readonly FlowUpdate[]): void {
  if (updates.length === 0) return;
  const reply = new StatsReply(peer.version, 0, monitorForm(peer.version));
  for (const update of updates) {
    reply.append((writer) => writeFlowUpdate(writer, update, peer.version));
  }
  for (const part of reply.finish()) peer.connection.monitored(part);
}

/** Since 1.4 an update says so; before, a message. */
function sendPause(peer: Peer, event: 'paused' | 'resumed'): void {
  const { version, connection } = peer;
  if (version > OF13) {
    send(peer, [{ event }]);
    return;
  }
  const isPause = event === 'paused';
  const onf = isPause ? OnfType.FLOW_MONITOR_PAUSED : OnfType.FLOW_MONITOR_RESUMED;
  const nicira = isPause ? NiciraType.FLOW_MONITOR_PAUSED : NiciraType.FLOW_MONITOR_RESUMED;
  const none = (): void => {};
  connection.monitored(
    version === OF13 ? encodeOnf(version, onf, 0, none) : encodeNicira(version, nicira, 0, none),
  );
}
