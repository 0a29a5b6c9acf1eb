/**
 * The options of `upcall run`: the table that help and parsing share, and their checked values.
 *
 * Folders and files have the places that Open vSwitch gives them, so that its tools find us without
 * being told; `OVS_RUNDIR` and `OVS_LOGDIR` move them.
 */

import { join, resolve } from 'node:path';
import { UpcallError } from '../base/errors.js';
import type { LogLevel } from '../base/log.js';
import { findProfile, type Profile, profileNames } from '../machines/profiles.js';
import type { FailModeName } from '../openflow/fail-mode.js';
import { parseTarget } from '../openflow/target.js';
import type { MirrorColumns } from '../switch-mirror.js';
import type { BridgeSnooping } from '../switch-options.js';
import type { Arguments } from './arguments.js';
import { bridgeOf, type OfBridge, ofBridges, onceABridge, readBridges } from './bridge-options.js';
import { MIRROR_OPTION } from './bridge-setup.js';
import type { OptionSpec } from './command.js';
import { RUNDIR_DEFAULT } from './control-target.js';
import { PORT_HELP, readInspectPort } from './inspect-option.js';
import type { Io } from './io.js';
import { readLogLevel } from './logger.js';
import { parseMirrorRequest } from './mirror-request.js';
import { type PortRequest, parsePortRequest } from './port-request.js';
import { readSnooping, SNOOPING_OPTIONS } from './snooping-options.js';
import { UsageError } from './usage-error.js';

export interface RunOptions {
  /** At least one. */
  readonly bridges: readonly string[];
  readonly ports: readonly OfBridge<PortRequest>[];
  readonly mirrors: readonly OfBridge<MirrorColumns>[];
  /** Files. */
  readonly flows: readonly OfBridge<string>[];
  /** Of the bridges that snoop multicast. */
  readonly snooping: readonly OfBridge<BridgeSnooping>[];
  /** Files of groups and of meters that the rules use. */
  readonly groups: readonly OfBridge<string>[];
  readonly meters: readonly OfBridge<string>[];
  /** Where controllers and tools may connect to: `ptcp:`, `punix:`. */
  readonly listen: readonly OfBridge<string>[];
  /** To whom we connect: `tcp:`, `unix:`. */
  readonly controllers: readonly OfBridge<string>[];
  readonly failMode: FailModeName;
  /** Milliseconds of silence before a controller is probed; 0: never. */
  readonly probeMs: number | undefined;
  /** By bridge; those that are not there are made of the lowest address of a bridge's ports. */
  readonly datapathIds: ReadonlyMap<string, bigint>;
  readonly rundir: string;
  readonly pidFile: string | undefined;
  readonly logFile: string | undefined;
  readonly isDetached: boolean;
  readonly inspectPort: number | undefined;
  readonly profile: Profile;
  readonly handlers: number;
  readonly revalidators: number;
  readonly flowLimit: number | undefined;
  readonly maxIdleMs: number | undefined;
  readonly logLevel: LogLevel;
}

/** How sockets and files call us. */
export const PROGRAM = 'upcall';
const LOGDIR_DEFAULT = '/var/log/openvswitch';
const ACTORS_MAX = 1024;
const UINT32_MAX = 0xffff_ffff;

export const RUN_OPTIONS: readonly OptionSpec[] = [
  { name: 'bridge', value: 'NAME', isRepeatable: true, help: 'a bridge (default: br0)' },
  {
    name: 'port',
    value: 'PORT',
    isRepeatable: true,
    help:
      '[NAME=]tap:DEVICE, [NAME=]eth:INTERFACE, dummy:NAME or NAME=patch:PEER; then ' +
      ',bridge=NAME ,tag=N ,trunks=N+N ,vlan-mode=MODE ,protected …',
  },
  MIRROR_OPTION,
  {
    name: 'flows',
    value: '[BRIDGE=]FILE',
    isRepeatable: true,
    help: 'rules to begin with, in ovs-ofctl syntax',
  },
  {
    name: 'groups',
    value: '[BRIDGE=]FILE',
    isRepeatable: true,
    help: 'groups that the rules use, in ovs-ofctl syntax',
  },
  {
    name: 'meters',
    value: '[BRIDGE=]FILE',
    isRepeatable: true,
    help: 'meters that the rules use, in ovs-ofctl syntax',
  },
  {
    name: 'listen',
    value: '[BRIDGE=]TARGET',
    isRepeatable: true,
    help: 'OpenFlow: wait for connections at ptcp:[PORT][:HOST] or punix:FILE',
  },
  {
    name: 'controller',
    value: '[BRIDGE=]TARGET',
    isRepeatable: true,
    help: 'OpenFlow: keep a connection to tcp:HOST[:PORT] or unix:FILE',
  },
  {
    name: 'fail-mode',
    value: 'MODE',
    help: 'without a controller: standalone (forward by addresses, default) or secure',
  },
  {
    name: 'inactivity-probe',
    value: 'MS',
    help: 'silence before a controller is probed; 0: never (default: 5000)',
  },
  {
    name: 'datapath-id',
    value: '[BRIDGE=]HEX',
    isRepeatable: true,
    help: "16 digits, for controllers (default: the lowest address of the bridge's ports)",
  },
  ...SNOOPING_OPTIONS,
  { name: 'rundir', value: 'DIR', help: `for sockets (default: OVS_RUNDIR, ${RUNDIR_DEFAULT})` },
  {
    name: 'pidfile',
    value: 'FILE',
    isValueOptional: true,
    help: 'write the process id, and let one run at a time (default: RUNDIR/upcall.pid)',
  },
  { name: 'detach', help: 'go on in the background; return when everything is up' },
  {
    name: 'log-file',
    value: 'FILE',
    isValueOptional: true,
    help: `log there (default: OVS_LOGDIR, ${LOGDIR_DEFAULT}, upcall.log), not to stderr`,
  },
  {
    name: 'inspect',
    value: 'PORT',
    isValueOptional: true,
    help: `show it in a page; ${PORT_HELP}`,
  },
  { name: 'profile', value: 'NAME', help: 'behave like: current (default), or ovs-2.3' },
  { name: 'handlers', value: 'N', help: 'handlers (default: 1)' },
  { name: 'revalidators', value: 'N', help: 'revalidators (default: 1)' },
  { name: 'flow-limit', value: 'N', help: 'configured flow limit (default: 200000)' },
  { name: 'max-idle', value: 'MS', help: "idle time of a datapath flow (default: the profile's)" },
];

/** The checked values; throws a `UsageError` that names the option. */
export function readRunOptions(args: Arguments, { env }: Pick<Io, 'env'>): RunOptions {
  const [word] = args.positionals;
  if (word !== undefined) throw new UsageError(`Cannot run: there is no use for "${word}"`);
  const profile = findProfile(args.choice('profile', profileNames) ?? 'current');
  const rundir = resolve(args.text('rundir') ?? env['OVS_RUNDIR'] ?? RUNDIR_DEFAULT);
  const logdir = env['OVS_LOGDIR'] ?? LOGDIR_DEFAULT;
  const actors = { min: 1, max: ACTORS_MAX };
  const bridges = readBridges(args);
  return {
    bridges,
    ports: readPorts(args, bridges),
    mirrors: readMirrors(args, bridges),
    flows: ofBridges(args, 'flows', bridges),
    snooping: readSnooping(args, bridges),
    groups: ofBridges(args, 'groups', bridges),
    meters: ofBridges(args, 'meters', bridges),
    listen: readTargets(args, 'listen', bridges),
    controllers: readTargets(args, 'controller', bridges),
    failMode: args.choice('fail-mode', ['standalone', 'secure']) ?? 'standalone',
    probeMs: args.integer('inactivity-probe', { min: 0, max: UINT32_MAX }),
    datapathIds: onceABridge('datapath-id', readDatapathIds(args, bridges)),
    rundir,
    pidFile: fileOption(args, 'pidfile', join(rundir, `${PROGRAM}.pid`)),
    logFile: fileOption(args, 'log-file', join(logdir, `${PROGRAM}.log`)),
    isDetached: args.has('detach'),
    inspectPort: readInspectPort(args),
    profile,
    handlers: args.integer('handlers', actors) ?? 1,
    revalidators: args.integer('revalidators', actors) ?? 1,
    flowLimit: args.integer('flow-limit', { min: 0, max: UINT32_MAX }),
    maxIdleMs: args.integer('max-idle', { min: profile.defaults.maxIdleMin, max: UINT32_MAX }),
    logLevel: readLogLevel(args, 'info'),
  };
}

function readPorts(args: Arguments, bridges: readonly string[]): readonly OfBridge<PortRequest>[] {
  const ports = args.texts('port').map((text) => {
    const value = parsePortRequest(text);
    return { bridge: bridgeOf(value.bridge, bridges, `--port "${text}"`), value };
  });
  const names = ports.map(({ value }) => value.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice === undefined) return ports;
  throw new UsageError(`Cannot run: two ports are called "${twice}"; say --port NAME=…`);
}

function readMirrors(
  args: Arguments,
  bridges: readonly string[],
): readonly OfBridge<MirrorColumns>[] {
  return args.texts('mirror').map((text) => {
    const { bridge, ...value } = parseMirrorRequest(text);
    return { bridge: bridgeOf(bridge, bridges, `--mirror "${text}"`), value };
  });
}

function readTargets(
  args: Arguments,
  option: 'listen' | 'controller',
  bridges: readonly string[],
): readonly OfBridge<string>[] {
  const targets = ofBridges(args, option, bridges);
  for (const { value } of targets) checkTarget(value, option);
  return targets;
}

/** Who listens waits, who has a controller dials. */
function checkTarget(text: string, option: 'listen' | 'controller'): void {
  const isPassive = option === 'listen';
  const form = isPassive ? 'ptcp:[PORT][:HOST] or punix:FILE' : 'tcp:HOST[:PORT] or unix:FILE';
  try {
    const target = parseTarget(text);
    if (target.isPassive === isPassive && target.kind !== 'ssl') return;
  } catch (error) {
    if (!(error instanceof UpcallError)) throw error;
  }
  throw new UsageError(`Cannot use --${option} "${text}": expected ${form}`);
}

function readDatapathIds(args: Arguments, bridges: readonly string[]): OfBridge<bigint>[] {
  return ofBridges(args, 'datapath-id', bridges).map(({ bridge, value }) => {
    if (/^[0-9a-f]{16}$/i.test(value)) return { bridge, value: BigInt(`0x${value}`) };
    throw new UsageError(`Cannot use --datapath-id "${value}": expected 16 hexadecimal digits`);
  });
}

/** A file whose option may be given without a value; undefined where it was not given at all. */
function fileOption(args: Arguments, name: string, unlessNamed: string): string | undefined {
  const text = args.text(name);
  return text === undefined ? undefined : resolve(text === '' ? unlessNamed : text);
}
