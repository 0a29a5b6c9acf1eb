/**
 * What `createSwitch` takes, and what is assumed where nothing is said.
 */

import type { CostModel } from './actors/cost-model.js';
import type { InspectOptions, Inspector } from './actors/inspect-options.js';
import type { Clock } from './base/clock.js';
import type { Log } from './base/log.js';
import type { Dpif } from './datapath/dpif.js';
import type { Translator } from './datapath/translator.js';
import type { Profile, ProfileName } from './machines/profiles.js';
import type { McastSnoopingOptions } from './ofproto/mcast-snooping.js';
import type { MirrorColumns } from './switch-mirror.js';
import type { PortColumns } from './switch-port-settings.js';
import type { Runtime } from './switch-runtime.js';
import type { SwitchSettings } from './switch-settings.js';

/** A port in memory or a patch port, and what it is told to be. */
export interface PortOptions extends PortColumns {
  readonly name: string;
  /** Of a patch port: the name of the one at its other end, which must name this one, too. */
  readonly peer?: string;
}

export interface BridgeOptions {
  /** Default: "br0", "br1", … */
  readonly name?: string;
  /**
   * How many ports, or their names, with or without VLANs. Numbered from 1 within the bridge.
   * Default: 0.
   */
  readonly ports?: number | readonly (string | PortOptions)[];
  /** What is said of flow tables, by their numbers. Default: nothing. */
  readonly flowTables?: Readonly<Record<number, FlowTableColumns>>;
  /** Copies of packets for somebody who watches. Default: none. */
  readonly mirrors?: readonly MirrorColumns[];
  /** Groups in ovs-ofctl syntax, one a line, for `flows` to use. Default: none. */
  readonly groups?: string;
  /** What messages about `groups` call it: a file's path. Default: "groups". */
  readonly groupsSource?: string;
  /** Meters in ovs-ofctl syntax, one a line, for `flows` to use. Default: none. */
  readonly meters?: string;
  /** What messages about `meters` call it: a file's path. Default: "meters". */
  readonly metersSource?: string;
  /** Rules in ovs-ofctl syntax, one a line. Default: `priority=0,actions=NORMAL`. */
  readonly flows?: string;
  /** What messages about `flows` call it: a file's path. Default: "flows". */
  readonly flowsSource?: string;
  /**
   * Whether NORMAL sends multicast only to those who have asked for it (IGMP, MLD); `{}`: as OVS
   * does where nothing more is said. Default: it does not.
   */
  readonly mcastSnooping?: BridgeSnooping;
}

/** What can be said of a flow table, as OVS's Flow_Table table has it. */
export interface FlowTableColumns {
  /** Rules that the table holds at most; further ones are refused. Default: 1,000,000. */
  readonly flowLimit?: number | undefined;
}

/** How a bridge snoops multicast; ports by name. */
export interface BridgeSnooping extends McastSnoopingOptions {
  /** Ports to which all multicast traffic goes: `mcast-snooping-flood` of OVS. */
  readonly floodPorts?: readonly string[];
  /** Ports to which members' reports go: `mcast-snooping-flood-reports` of OVS. */
  readonly reportPorts?: readonly string[];
}

export interface SwitchOptions extends BridgeOptions {
  /** Several bridges on one datapath, in place of `name`, `ports` and `flows`. */
  readonly bridges?: readonly BridgeOptions[];
  /** Which Open vSwitch the slow path behaves like. Default: "current". */
  readonly profile?: ProfileName | Profile;
  /** VLAN tags that flows show, 1 or 2; further ones are payload. Default: 1. */
  readonly vlanLimit?: 1 | 2;
  /** Default: a `SystemClock`. */
  readonly clock?: Clock;
  /** What flows cost under a virtual clock; read live. Default: `defaultCostModel`. */
  readonly costModel?: CostModel;
  /** Decides everything that chance decides. Default: 1. */
  readonly seed?: number;
  /** Default: 1. */
  readonly handlers?: number;
  /** Default: 1. */
  readonly revalidators?: number;
  /** Read live: change the object and the switch follows. */
  readonly settings?: SwitchSettings;
  /**
   * `queued`: upcalls wait for a handler, as those of a kernel's datapath do. `inline`: each is
   * answered before the next packet is looked up, as Open vSwitch's userspace datapath does; the
   * queues serve only while the udpif stands still. Default: "queued".
   */
  readonly upcalls?: 'queued' | 'inline';
  /** Whether datapath flows are wildcarded. Default: true, or what `runtime` says. */
  readonly areMegaflowsOn?: boolean;
  /** Default: silent. */
  readonly log?: Log;
  /** Shared with other switches of this process. Default: one of its own. */
  readonly runtime?: Runtime;
  /**
   * Sees the inspection events of the udpif's actor system, from the start: those of all actors,
   * and of a sample of the ukeys, or of those that `InspectOptions.ukeys` says.
   */
  readonly inspect?: Inspector | InspectOptions;
  /** Puts something between slow path and datapath: a recorder, a fault. */
  readonly wrapDpif?: (dpif: Dpif) => Dpif;
  /** Puts something between slow path and OpenFlow. */
  readonly wrapTranslator?: (translator: Translator) => Translator;
}

export const FLOWS_DEFAULT = 'priority=0,actions=NORMAL';
