/**
 * The options of `upcall replay`: the table that help and parsing share, and their checked values.
 */

import { findProfile, type Profile, profileNames } from '../machines/profiles.js';
import type { Arguments } from './arguments.js';
import { BRIDGE_SETUP_OPTIONS, type BridgeSetup, readBridgeSetup } from './bridge-setup.js';
import type { OptionSpec } from './command.js';
import { PORT_HELP, readInspectPort } from './inspect-option.js';
import { UsageError } from './usage-error.js';

export interface ReplayOptions {
  readonly captures: readonly string[];
  /** Path of an ovs-ofctl flow file; undefined: the default rule. */
  readonly flows: string | undefined;
  /** Paths of files of groups and of meters that the flows use. */
  readonly groups: string | undefined;
  readonly meters: string | undefined;
  /** What its ports, mirrors and multicast are told to be. */
  readonly setup: BridgeSetup;
  /** Ports at most, where ports are made from source addresses. */
  readonly portsMax: number;
  readonly write: string | undefined;
  /** Times real time; undefined: as fast as it goes, but for an inspector to start with. */
  readonly speed: number | undefined;
  /** Port of the inspector; 0: any; undefined: none is wanted. */
  readonly inspectPort: number | undefined;
  /** Where the event log goes. */
  readonly record: string | undefined;
  readonly isJson: boolean;
  readonly areMegaflowsOn: boolean;
  readonly profile: Profile;
  readonly seed: number;
  readonly handlers: number;
  readonly revalidators: number;
  /** Undefined: the switch's default. */
  readonly flowLimit: number | undefined;
  readonly maxIdleMs: number | undefined;
}

export const REPLAY_OPTIONS: readonly OptionSpec[] = [
  { name: 'flows', value: 'FILE', help: 'rules, in ovs-ofctl syntax (default: actions=NORMAL)' },
  { name: 'groups', value: 'FILE', help: 'groups that the rules use, in ovs-ofctl syntax' },
  { name: 'meters', value: 'FILE', help: 'meters that the rules use, in ovs-ofctl syntax' },
  { name: 'ports', value: 'N', help: 'ports at most, one a source MAC (default: 8)' },
  ...BRIDGE_SETUP_OPTIONS,
  { name: 'write', value: 'FILE', help: 'write what was transmitted to a pcap file' },
  { name: 'inspect', value: 'PORT', isValueOptional: true, help: `show it: ${PORT_HELP}` },
  { name: 'record', value: 'FILE', help: 'write the event log to a file, for "upcall inspect"' },
  { name: 'speed', value: 'N|max', help: 'times real time (default: max; 1 with --inspect)' },
  { name: 'realtime', help: 'pace by the wall clock: --speed 1' },
  { name: 'json', help: 'print one JSON document instead of the report' },
  { name: 'megaflows', value: 'on|off', help: 'wildcarded datapath flows (default: on)' },
  { name: 'profile', value: 'NAME', help: 'behave like: current (default), or ovs-2.3' },
  { name: 'handlers', value: 'N', help: 'handlers (default: 1)' },
  { name: 'revalidators', value: 'N', help: 'revalidators (default: 1)' },
  { name: 'flow-limit', value: 'N', help: 'configured flow limit (default: 200000)' },
  { name: 'max-idle', value: 'MS', help: "idle time of a datapath flow (default: the profile's)" },
  { name: 'seed', value: 'N', help: 'decides everything that chance decides (default: 1)' },
];

/** A replay's only one, as `createSwitch` calls it. */
const BRIDGE = 'br0';
const PORTS_DEFAULT = 8;
/** OpenFlow's own ports end below its reserved ones (`OFPP_MAX`). */
const PORTS_MAX = 0xfeff;
/** OVS caps threads by cores; here each is an actor, and thousands of them help nobody. */
const ACTORS_MAX = 1024;
/** Slower, a day is three years; faster is as fast as it goes. */
const SPEED_MIN = 0.001;
const SPEED_MAX = 1000;
const UINT32_MAX = 0xffff_ffff;

/** The checked values; throws a `UsageError` that names the option. */
export function readReplayOptions(args: Arguments): ReplayOptions {
  if (args.positionals.length === 0) {
    throw new UsageError('Cannot replay: no capture file was given');
  }
  const profile = findProfile(args.choice('profile', profileNames) ?? 'current');
  const actors = { min: 1, max: ACTORS_MAX };
  return {
    captures: args.positionals,
    flows: args.text('flows'),
    groups: args.text('groups'),
    meters: args.text('meters'),
    setup: readBridgeSetup(args, BRIDGE),
    portsMax: args.integer('ports', { min: 1, max: PORTS_MAX }) ?? PORTS_DEFAULT,
    write: args.text('write'),
    speed: readSpeed(args),
    inspectPort: readInspectPort(args),
    record: args.text('record'),
    isJson: args.has('json'),
    areMegaflowsOn: (args.choice('megaflows', ['on', 'off']) ?? 'on') === 'on',
    profile,
    seed: args.integer('seed', { min: 0, max: UINT32_MAX }) ?? 1,
    handlers: args.integer('handlers', actors) ?? 1,
    revalidators: args.integer('revalidators', actors) ?? 1,
    flowLimit: args.integer('flow-limit', { min: 0, max: UINT32_MAX }),
    maxIdleMs: args.integer('max-idle', { min: profile.defaults.maxIdleMin, max: UINT32_MAX }),
  };
}

/** 0 is as fast as it goes, as the inspector counts. */
function readSpeed(args: Arguments): number | undefined {
  if (args.text('speed') === 'max') return 0;
  const speed = args.amount('speed', { min: SPEED_MIN, max: SPEED_MAX });
  if (!args.has('realtime')) return speed;
  if (speed === undefined) return 1;
  throw new UsageError('Cannot replay: --realtime and --speed both set the pace; use one of them');
}
