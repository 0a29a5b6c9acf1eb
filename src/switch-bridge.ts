/**
 * One bridge of a switch: its rules, in ovs-ofctl's syntax, and what they counted.
 *
 * A change of rules takes effect at once for flows that are new; datapath flows that exist follow
 * with the revalidation that the change asks for.
 *
 * Owner: `Switch`, which has at least one. The rules themselves are in the bridge's `Ofproto`.
 */

import type { Instant, OfpPort } from './base/brands.js';
import { UpcallError } from './base/errors.js';
import { formatActions } from './ofproto/actions-text.js';
import {
  parseFlow,
  parseFlowChange,
  parseFlowCriteria,
  parseFlowFile,
} from './ofproto/flow-syntax.js';
import { parseGroupChange, parseGroupFile } from './ofproto/group-parse.js';
import { formatGroup } from './ofproto/group-text.js';
import type { McastRecord } from './ofproto/mcast-snooping.js';
import { formatMeter, parseMeter, parseMeterFile, parseMeterId } from './ofproto/meter-text.js';
import type { Ofproto } from './ofproto/ofproto.js';
import type { Rule } from './ofproto/rule.js';
import { formatRule } from './ofproto/rule-text.js';
import { TABLE_RULES_MAX } from './ofproto/table-room.js';
import { formatMatch } from './packet/match-text.js';
import { type MirrorColumns, type MirrorState, mirrorOptionsOf } from './switch-mirror.js';
import type { BridgeSnooping, FlowTableColumns } from './switch-options.js';

/** A rule and its counters, at the moment they were asked for. */
export interface RuleState {
  readonly table: number;
  readonly priority: number;
  readonly match: string;
  readonly actions: string;
  readonly packets: number;
  readonly bytes: number;
  /** Made by the switch itself, such as the one that drops what no rule matches. */
  readonly hidden: boolean;
}

/** A group and its counters, at the moment they were asked for. */
export interface GroupState {
  readonly id: number;
  /** As `ovs-ofctl dump-groups` prints it. */
  readonly text: string;
  readonly packets: number;
  readonly bytes: number;
  /** In the order of the buckets. */
  readonly buckets: readonly { readonly packets: number; readonly bytes: number }[];
}

/** A meter and its counters, at the moment they were asked for. */
export interface MeterState {
  readonly id: number;
  /** As `ovs-ofctl dump-meters` prints it. */
  readonly text: string;
  readonly packets: number;
  readonly bytes: number;
  /** What each band has dropped. */
  readonly bands: readonly { readonly packets: number; readonly bytes: number }[];
}

/** How `modifyFlows` and `deleteFlows` choose: strict means this very match and priority. */
export interface FlowChoice {
  readonly strict?: boolean;
}

export class SwitchBridge {
  readonly ofproto: Ofproto;
  readonly #now: () => Instant;

  constructor(ofproto: Ofproto, now: () => Instant) {
    this.ofproto = ofproto;
    this.#now = now;
  }

  get name(): string {
    return this.ofproto.name;
  }

  /** The number of a port, by its name; undefined: the bridge has none of that name. */
  readonly portNumber = (name: string): OfpPort | undefined =>
    this.ofproto.ports.find((port) => port.name === name)?.ofpPort;

  /** `ovs-ofctl add-flow`. Throws a `ParseError` that says what was expected where. */
  addFlow(flow: string): void {
    this.ofproto.tables.add(parseFlow(flow, { ports: this.portNumber }));
  }

  /**
   * `ovs-ofctl add-flows`; `source` names the file in messages. All lines are read before the first
   * rule is added.
   */
  addFlows(text: string, source = 'flows'): void {
    const flows = parseFlowFile(source, text, { ports: this.portNumber });
    for (const flow of flows) this.ofproto.tables.add(flow);
  }

  /** `ovs-ofctl mod-flows`; how many rules changed. */
  modifyFlows(change: string, choice: FlowChoice = {}): number {
    const options = { ports: this.portNumber, isStrict: choice.strict ?? false };
    const { criteria, actions, cookie, flags } = parseFlowChange(change, options);
    return this.ofproto.tables.modify(criteria, { actions, cookie, flags });
  }

  /** `ovs-ofctl del-flows`; how many rules went. Without `match`: all of them. */
  deleteFlows(match = '', choice: FlowChoice = {}): number {
    const options = { ports: this.portNumber, isStrict: choice.strict ?? false };
    return this.ofproto.tables.delete(parseFlowCriteria(match, options));
  }

  /** `ovs-ofctl dump-flows`, a line a rule. */
  dumpFlows(): string {
    const now = this.#now();
    return this.ofproto.tables
      .rules()
      .map((rule) => ` ${formatRule(rule, now)}\n`)
      .join('');
  }

  /** `ovs-ofctl add-group`. Throws an `UpcallError` that says what is wrong. */
  addGroup(group: string): void {
    const change = parseGroupChange(group, 'add', { ports: this.portNumber });
    this.ofproto.groups.apply(change);
  }

  /** `ovs-ofctl add-groups`: a group a line, or a command and its arguments; all read first. */
  addGroups(text: string, source = 'groups'): void {
    const changes = parseGroupFile(source, text, { ports: this.portNumber });
    for (const change of changes) this.ofproto.groups.apply(change);
  }

  /** `ovs-ofctl mod-group`. Throws an `UpcallError` where there is no such group. */
  modifyGroup(group: string): void {
    const change = parseGroupChange(group, 'modify', { ports: this.portNumber });
    this.ofproto.groups.apply(change);
  }

  /** `ovs-ofctl del-groups`, with the rules that use them; without `group`: all of them. */
  deleteGroups(group = ''): void {
    this.ofproto.groups.apply(parseGroupChange(group, 'delete'));
  }

  /** The groups, ascending by number. */
  groups(): readonly GroupState[] {
    return this.ofproto.groups.list().map((group) => ({
      id: group.id,
      text: formatGroup(group),
      ...group.counters,
      buckets: group.bucketCounters.map((counters) => ({ ...counters })),
    }));
  }

  /** `ovs-ofctl add-meter`. Throws an `UpcallError` that says what is wrong. */
  addMeter(meter: string): void {
    this.ofproto.meters.apply({ command: 'add', meter: parseMeter(meter) });
  }

  /** Adds a meter a line; all are read before the first is added. */
  addMeters(text: string, source = 'meters'): void {
    const meters = parseMeterFile(source, text);
    for (const meter of meters) this.ofproto.meters.apply({ command: 'add', meter });
  }

  /** `ovs-ofctl mod-meter`: its buckets are full again, its counters 0. */
  modifyMeter(meter: string): void {
    this.ofproto.meters.apply({ command: 'modify', meter: parseMeter(meter) });
  }

  /** `ovs-ofctl del-meters`, with the rules that use them; without `meter`: all of them. */
  deleteMeters(meter = ''): void {
    this.ofproto.meters.apply({ command: 'delete', id: parseMeterId(meter) });
  }

  /** The meters, ascending by number. */
  meters(): readonly MeterState[] {
    const { meters } = this.ofproto;
    return meters.list().map((meter) => {
      const { packets, bytes, bands } = meters.statsOf(meter);
      const counters = bands.map((band) => ({ packets: band.packets, bytes: band.bytes }));
      return { id: meter.spec.id, text: formatMeter(meter.spec), packets, bytes, bands: counters };
    });
  }

  /** Sets a flow table up; rules beyond a new limit stay. Throws where there is no such table. */
  setFlowTable(table: number, { flowLimit = TABLE_RULES_MAX }: FlowTableColumns): void {
    this.ofproto.tables.limit(table, { rulesMax: flowLimit });
  }

  /**
   * Has NORMAL send multicast only to those who have asked for it; undefined: to all. Throws an
   * `UpcallError` where a port is none of the bridge's.
   */
  setMcastSnooping(snooping: BridgeSnooping | undefined): void {
    const floodPorts = this.#portsNamed(snooping?.floodPorts);
    const reportPorts = this.#portsNamed(snooping?.reportPorts);
    this.ofproto.setSnooping(snooping);
    for (const { ofpPort } of this.ofproto.ports) {
      this.ofproto.snooping?.setFloodPort(ofpPort, floodPorts.has(ofpPort));
      this.ofproto.snooping?.setReportPort(ofpPort, reportPorts.has(ofpPort));
    }
  }

  /** Where multicast members and routers have been heard; undefined: the bridge does not snoop. */
  mcastMembers(): readonly McastRecord[] | undefined {
    return this.ofproto.snooping?.records(this.#now());
  }

  /**
   * Adds a mirror, or changes the one that has its name. Datapath flows follow with the
   * revalidation that this asks for. Throws an `UpcallError` that says what is wrong.
   */
  setMirror(mirror: MirrorColumns): void {
    this.ofproto.mirrors.set(mirrorOptionsOf(mirror, this.portNumber));
  }

  /** Removes a mirror; whether it was there. */
  deleteMirror(name: string): boolean {
    return this.ofproto.mirrors.delete(name);
  }

  /** The mirrors, in order of their numbers. */
  mirrors(): readonly MirrorState[] {
    const mirrors = this.ofproto.mirrors.list();
    return mirrors.map(({ options, counters }) => ({ name: options.name, ...counters }));
  }

  /** The rules, by table and from the highest priority down; then the hidden ones. */
  rules(): readonly RuleState[] {
    const { tables, dropFragmentsRule } = this.ofproto;
    const { missRule, controllerMissRule } = tables;
    const hidden = [...tables.hiddenRules(), missRule, controllerMissRule, dropFragmentsRule];
    return [...tables.rules(), ...hidden].map(ruleState);
  }

  #portsNamed(names: readonly string[] = []): ReadonlySet<OfpPort> {
    return new Set(names.map((name) => this.#portNamed(name)));
  }

  #portNamed(name: string): OfpPort {
    const number = this.portNumber(name);
    if (number !== undefined) return number;
    throw new UpcallError(
      `Cannot flood multicast to port "${name}": bridge "${this.name}" has none`,
    );
  }
}

function ruleState(rule: Rule): RuleState {
  return {
    table: rule.table,
    priority: rule.priority,
    match: formatMatch(rule.match.flow, rule.match.mask),
    actions: formatActions(rule.actions),
    packets: rule.packets,
    bytes: rule.bytes,
    hidden: rule.isHidden,
  };
}
