/**
 * A bridge: its ports, its flow tables, its MAC table and its settings.
 *
 * Ports have two numbers: the OpenFlow one is the bridge's own, the datapath one is the switch's.
 * Whatever changes what a packet's fate would be is announced in `revalidations`, with its reason.
 * Translation reads a bridge (`xlate.ts`); only the statistics and the learning it brings are
 * written back, by the methods at the end. Answers to `struct ofproto` and `struct ofproto_dpif`.
 *
 * Owner: the switch, which adds ports and rules.
 */

import { type Observable, Subject } from 'rxjs';
import type { Instant, OdpPort, OfpPort } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import { UpcallError } from '../base/errors.js';
import type { FlowStats } from '../datapath/dpif.js';
import { DatapathMeters } from '../datapath/meter-table.js';
import type { RevalidationReason } from '../datapath/translator.js';
import { FlowTableError } from './flow-table-error.js';
import { FlowTables } from './flow-tables.js';
import { GroupTable } from './group-table.js';
import { type MacSighting, MacTable } from './mac-learning.js';
import { CATCH_ALL } from './match.js';
import { McastSnooping, type McastSnoopingOptions } from './mcast-snooping.js';
import { MeterTable } from './meter-table.js';
import { MirrorTable } from './mirror.js';
import { OFPP_LOCAL, OFPP_MAX, type Ofpacts } from './ofpact.js';
import { groupsOf, metersOf } from './ofpact-uses.js';
import { PatchEnd, PatchPanel } from './patch-ports.js';
import { PortVlan, type PortVlanOptions, TRUNK } from './port-vlan.js';
import { Rule } from './rule.js';
import { TableMisses } from './table-misses.js';
import { TableVacancies } from './table-vacancies.js';
import { type VlanSplinter, VlanSplinters } from './vlan-splinters.js';

/** What a port may be told not to do. Answers to `OFPUTIL_PC_*`. */
export interface PortConfig {
  readonly noReceive: boolean;
  readonly noForward: boolean;
  readonly noFlood: boolean;
  readonly noPacketIn: boolean;
  /** OpenFlow 1.0 only: no part in the spanning tree; this switch has none. */
  readonly noStp: boolean;
  /** OpenFlow 1.0 only: what `noReceive` is for all other frames. */
  readonly noReceiveStp: boolean;
}

export interface OfprotoPort {
  readonly name: string;
  readonly ofpPort: OfpPort;
  readonly odpPort: OdpPort;
  readonly config: PortConfig;
  /** What it is to VLANs; heeded by NORMAL. */
  readonly vlan: PortVlan;
  /** Protected ports send nothing to one another. */
  readonly isProtected: boolean;
  /** What is sent here comes in at another port; undefined: it leaves. */
  readonly patch: PatchEnd | undefined;
}

/** Who the port is; the rest can be told later. */
export interface PortIdentity extends Pick<OfprotoPort, 'name' | 'ofpPort' | 'odpPort'> {
  /** Of a patch port, which no datapath has: the name of the one at its other end. */
  readonly peer?: string;
}

/** What `ovs-vsctl set port` can say of a port. */
export interface PortSettings {
  readonly vlan?: PortVlanOptions;
  readonly isProtected?: boolean;
}

/**
 * How rules see fragments: with ports 0, not at all, or as they are: the first of a packet with its
 * ports. Answers to `OFPUTIL_FRAG_*`.
 */
export type FragmentMode = 'normal' | 'drop' | 'nx-match';

export interface OfprotoOptions {
  readonly name: string;
  /** Tells bridges apart in cookies; the name, unless given. */
  readonly uuid?: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly coverage: Coverage;
  /** Rules that one table holds at most. */
  readonly rulesMax?: number;
  /** The meters of the datapath; some of its own, unless given. */
  readonly meters?: DatapathMeters;
  /** Patch ports of bridges that it may be joined with; its own only, unless given. */
  readonly patches?: PatchPanel;
}

const PORT_CONFIG_DEFAULT: PortConfig = {
  noReceive: false,
  noForward: false,
  noFlood: false,
  noPacketIn: false,
  noStp: false,
  noReceiveStp: false,
};

export class Ofproto {
  readonly name: string;
  readonly uuid: string;
  readonly tables: FlowTables;
  readonly vacancies: TableVacancies;
  readonly macs: MacTable;
  readonly groups: GroupTable;
  readonly meters: MeterTable;
  readonly mirrors = new MirrorTable(
    (port) => this.#byNumber.has(port),
    () => this.#revalidate('reconfigure'),
  );
  /** What becomes of packets that no rule matches. */
  readonly misses = new TableMisses(() => this.#revalidate('flow_table'));
  /** Ports that stand for a VLAN of another one; see `addVlanSplinter`. */
  readonly splinters = new VlanSplinters();
  /** Hidden: what fragments meet while the fragment mode is 'drop'. */
  readonly dropFragmentsRule: Rule;
  /** What the first lookups of translations were credited with. */
  readonly credited = { packets: 0, bytes: 0 };
  readonly #clock: Pick<Clock, 'now'>;
  readonly #coverage: Coverage;
  readonly #revalidations = new Subject<RevalidationReason>();
  readonly revalidations: Observable<RevalidationReason> = this.#revalidations.asObservable();
  readonly #patches: PatchPanel;
  readonly #byNumber = new Map<OfpPort, OfprotoPort>();
  /** Ports whose link is down. */
  readonly #downPorts = new Set<OfpPort>();
  #ports: readonly OfprotoPort[] = [];
  #forwardsBpdus = false;
  #vlanLimit = 1;
  #fragmentMode: FragmentMode = 'normal';
  #snooping: McastSnooping | undefined;

  constructor(options: OfprotoOptions) {
    const { clock, coverage, rulesMax } = options;
    this.name = options.name;
    this.uuid = options.uuid ?? options.name;
    this.#clock = clock;
    this.#patches = options.patches ?? new PatchPanel();
    this.#coverage = coverage;
    this.tables = new FlowTables({
      clock,
      coverage,
      checkActions: (actions) => this.checkUses(actions),
      ...(rulesMax === undefined ? {} : { rulesMax }),
    });
    this.vacancies = new TableVacancies(this.tables);
    this.tables.changes.subscribe(() => this.#revalidate('flow_table'));
    this.groups = new GroupTable({ clock, deleting: (ids) => this.#deleteUsers(groupsOf, ids) });
    this.groups.changes.subscribe(() => this.#revalidate('flow_table'));
    this.meters = new MeterTable({
      clock,
      datapath: options.meters ?? new DatapathMeters(clock),
      deleting: (ids) => this.#deleteUsers(metersOf, ids),
    });
    this.meters.changes.subscribe(() => this.#revalidate('flow_table'));
    this.macs = new MacTable({ coverage, onChange: () => this.#revalidate('mac_learning') });
    this.dropFragmentsRule = createHiddenDrop(clock.now());
  }

  /** Ascending by OpenFlow number: the order in which packets are flooded. */
  get ports(): readonly OfprotoPort[] {
    return this.#ports;
  }

  port(number: OfpPort): OfprotoPort | undefined {
    return this.#byNumber.get(number);
  }

  /** Throws an `UpcallError` where the number is taken or reserved, or `settings` make no sense. */
  addPort(port: PortIdentity, { vlan, isProtected = false }: PortSettings = {}): void {
    const { ofpPort: number, name } = port;
    if (number < 1 || (number >= OFPP_MAX && number !== OFPP_LOCAL)) {
      throw new UpcallError(
        `Cannot add port "${name}": ${number} is no OpenFlow port number; use 1 to ${OFPP_MAX - 1}`,
      );
    }
    if (this.#byNumber.has(number)) {
      throw new UpcallError(`Cannot add port "${name}": number ${number} is taken`);
    }
    const { odpPort, peer } = port;
    const config = PORT_CONFIG_DEFAULT;
    const portVlan = vlan === undefined ? TRUNK : new PortVlan(vlan);
    const place = { name, number, ofproto: this };
    const patch = peer === undefined ? undefined : new PatchEnd({ ...place, peer });
    if (patch !== undefined) this.#patches.add(patch);
    const added = { name, ofpPort: number, odpPort, config, vlan: portVlan, isProtected, patch };
    this.#byNumber.set(number, added);
    this.#portsChanged();
  }

  /** Removes a port and forgets the addresses behind it; whether it was there. */
  removePort(number: OfpPort): boolean {
    const patch = this.#byNumber.get(number)?.patch;
    if (!this.#byNumber.delete(number)) return false;
    if (patch !== undefined) this.#patches.remove(patch);
    this.#downPorts.delete(number);
    this.macs.flushPort(number);
    this.#snooping?.flushPort(number);
    this.#portsChanged();
    return true;
  }

  /** Port-mod; throws an `UpcallError` where there is no such port. */
  configurePort(number: OfpPort, config: Partial<PortConfig>): void {
    const port = this.#portToConfigure(number);
    this.#byNumber.set(number, { ...port, config: { ...port.config, ...config } });
    this.#portsChanged();
  }

  /** What is not given is set back; throws an `UpcallError` where there is no such port. */
  setPort(number: OfpPort, { vlan, isProtected = false }: PortSettings): void {
    const port = this.#portToConfigure(number);
    this.#byNumber.set(number, { ...port, vlan: new PortVlan(vlan), isProtected });
    this.macs.flushPort(number);
    this.#portsChanged();
  }

  /** Makes a port stand for a VLAN of another one; heeded by profile `ovs-2.3` only. */
  addVlanSplinter(splinter: VlanSplinter): void {
    this.splinters.add(splinter);
    this.#revalidate('reconfigure');
  }

  /** Announces that a port's carrier came or went. */
  togglePort(): void {
    this.#revalidate('port_toggled');
  }

  /** Whether the port is there and its link is up; what groups that watch it hang on. */
  isPortLive(number: OfpPort): boolean {
    return this.#byNumber.has(number) && !this.#downPorts.has(number);
  }

  /** Says that a port's link is up or down. */
  setPortLive(number: OfpPort, isLive: boolean): void {
    if (!this.#byNumber.has(number) || this.isPortLive(number) === isLive) return;
    if (isLive) this.#downPorts.delete(number);
    else this.#downPorts.add(number);
    this.togglePort();
  }

  /** Whether NORMAL forwards frames to reserved multicast addresses. */
  get forwardsBpdus(): boolean {
    return this.#forwardsBpdus;
  }

  set forwardsBpdus(value: boolean) {
    this.#forwardsBpdus = value;
    this.#revalidate('reconfigure');
  }

  /** VLAN tags that a flow shows, 1 or 2; the datapath's extraction must agree. */
  get vlanLimit(): number {
    return this.#vlanLimit;
  }

  set vlanLimit(value: number) {
    this.#vlanLimit = value;
    this.#revalidate('reconfigure');
  }

  get fragmentMode(): FragmentMode {
    return this.#fragmentMode;
  }

  set fragmentMode(value: FragmentMode) {
    this.#fragmentMode = value;
    this.tables.seesFragmentPorts = value === 'nx-match';
    this.#revalidate('reconfigure');
  }

  /** Where members of multicast groups are; undefined: the bridge does not snoop. */
  get snooping(): McastSnooping | undefined {
    return this.#snooping;
  }

  /** Begins to snoop, with what is known kept where it does already; undefined: ends it. */
  setSnooping(options: McastSnoopingOptions | undefined): void {
    if (options === undefined) this.#snooping = undefined;
    else {
      const onChange = (): void => this.#revalidate('mcast_snooping');
      this.#snooping ??= new McastSnooping({ coverage: this.#coverage, onChange });
      this.#snooping.configure(options);
    }
    this.#revalidate('reconfigure');
  }

  get now(): Instant {
    return this.#clock.now();
  }

  /** The periodic work that follows a change of `dump_seq`: counters are fresh, so rules expire. */
  runAfterDump(now: Instant): void {
    this.tables.expire();
    this.run(now);
  }

  /** The periodic work that waits for nothing: addresses age. */
  run(now: Instant): void {
    this.macs.expire(now);
    this.#snooping?.expire(now);
  }

  /** The next moment at which `run` or `runAfterDump` has something to do; undefined: never. */
  nextDeadline(): Instant | undefined {
    const holders = [this.tables, this.macs, this.#snooping];
    const deadlines = holders.map((holder) => holder?.nextDeadline());
    return deadlines.reduce(earlier);
  }

  /** Makes all that `task` changes of tables and groups one, or, if it throws, nothing. */
  transact<Result>(task: () => Result): Result {
    const groups = this.groups.snapshot();
    try {
      return this.tables.transact(task);
    } catch (error) {
      this.groups.restore(groups);
      throw error;
    }
  }

  /** Packets came from the datapath: from a port, or recirculated. */
  creditArrival(stats: Readonly<FlowStats>): void {
    this.credited.packets += stats.packets;
    this.credited.bytes += stats.bytes;
  }

  creditTable(table: number, isMatch: boolean, stats: Readonly<FlowStats>): void {
    const counts = isMatch ? this.tables.matched : this.tables.missed;
    counts[table] = (counts[table] ?? 0) + stats.packets;
  }

  /** Learns an address, if its port still exists. */
  learn(sighting: MacSighting): void {
    if (this.#byNumber.has(sighting.port)) this.macs.learn(sighting, this.#clock.now());
  }

  #portToConfigure(number: OfpPort): OfprotoPort {
    const port = this.#byNumber.get(number);
    if (port !== undefined) return port;
    throw new UpcallError(`Cannot configure port ${number}: bridge "${this.name}" has none`);
  }

  /** Throws a `FlowTableError` for actions that name a group or a meter that does not exist. */
  checkUses(actions: Ofpacts): void {
    const group = groupsOf(actions).find((id) => !this.groups.has(id));
    if (group !== undefined) {
      throw new FlowTableError(
        'no such group',
        `Cannot add flow: there is no group ${group}; add it before the flow`,
      );
    }
    const meter = metersOf(actions).find((id) => !this.meters.has(id));
    if (meter === undefined) return;
    throw new FlowTableError(
      'no such meter',
      `Cannot add flow: there is no meter ${meter}; add it before the flow`,
    );
  }

  #deleteUsers(usesOf: (actions: Ofpacts) => number[], ids: ReadonlySet<number>): void {
    const reason = usesOf === groupsOf ? 'group_delete' : 'meter_delete';
    this.tables.deleteWhere((rule) => usesOf(rule.actions).some((id) => ids.has(id)), reason);
  }

  #portsChanged(): void {
    this.#ports = [...this.#byNumber.values()].sort((a, b) => a.ofpPort - b.ofpPort);
    this.mirrors.update();
    this.#revalidate('reconfigure');
  }

  #revalidate(reason: RevalidationReason): void {
    this.#revalidations.next(reason);
  }
}

function earlier(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

/** A rule that is in no table, with no actions. */
function createHiddenDrop(now: Instant): Rule {
  const spec = {
    table: 0,
    priority: 0,
    match: CATCH_ALL,
    actions: [],
    cookie: undefined,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
  };
  return new Rule(spec, { now, version: 0, isHidden: true });
}
