/**
 * The options of `upcall run` that say whether and how its bridges snoop multicast. Each is about
 * one bridge, as there: `--mcast-snooping-enable=br1`; where none is named, about the first.
 *
 * They are called after the columns and keys that `ovs-vsctl set` takes: `mcast_snooping_enable`
 * of a bridge, `other_config:mcast-snooping-…` of a bridge or a port.
 */

import type { BridgeSnooping } from '../switch-options.js';
import { type Arguments, type ValueRange, wholeNumber } from './arguments.js';
import { bridgeOf, type OfBridge, ofBridges, onceABridge } from './bridge-options.js';
import type { OptionSpec } from './command.js';
import { UsageError } from './usage-error.js';

const ENABLE = 'mcast-snooping-enable';
const AGING = 'mcast-snooping-aging-time';
const SIZE = 'mcast-snooping-table-size';
const NO_FLOOD = 'mcast-snooping-disable-flood-unregistered';
const FLOOD = 'mcast-snooping-flood';
const REPORTS = 'mcast-snooping-flood-reports';

const LIMITS: Readonly<Record<typeof AGING | typeof SIZE, ValueRange>> = {
  [AGING]: { min: 15, max: 3600 },
  [SIZE]: { min: 10, max: 1_000_000 },
};

export const SNOOPING_OPTIONS: readonly OptionSpec[] = [
  {
    name: ENABLE,
    value: 'BRIDGE',
    isValueOptional: true,
    isRepeatable: true,
    help: 'send multicast to those who asked for it by IGMP or MLD',
  },
  {
    name: AGING,
    value: '[BRIDGE=]S',
    isRepeatable: true,
    help: 'silence after which members are forgotten, in seconds (default: 300)',
  },
  {
    name: SIZE,
    value: '[BRIDGE=]N',
    isRepeatable: true,
    help: 'groups that are known at most (default: 2048)',
  },
  {
    name: NO_FLOOD,
    value: 'BRIDGE',
    isValueOptional: true,
    isRepeatable: true,
    help: 'send groups without members to routers only',
  },
  {
    name: FLOOD,
    value: '[BRIDGE=]PORT',
    isRepeatable: true,
    help: 'send all multicast to this port, too',
  },
  {
    name: REPORTS,
    value: '[BRIDGE=]PORT',
    isRepeatable: true,
    help: "send members' reports to this port, too",
  },
];

/** The bridges that snoop, and how; throws a `UsageError`. */
export function readSnooping(
  args: Arguments,
  bridges: readonly string[],
): readonly OfBridge<BridgeSnooping>[] {
  const snooping = flagged(args, ENABLE, bridges);
  for (const { name } of SNOOPING_OPTIONS) checkUse(args, name, bridges, snooping);
  const aging = numbers(args, AGING, bridges);
  const sizes = numbers(args, SIZE, bridges);
  const unflooding = flagged(args, NO_FLOOD, bridges);
  const portsOf = (option: string, bridge: string): string[] =>
    ofBridges(args, option, bridges).flatMap((of) => (of.bridge === bridge ? [of.value] : []));
  return [...snooping].map((bridge) => {
    const [agingSeconds, groupsMax] = [aging.get(bridge), sizes.get(bridge)];
    const value: BridgeSnooping = {
      ...(agingSeconds === undefined ? {} : { agingSeconds }),
      ...(groupsMax === undefined ? {} : { groupsMax }),
      floodsUnregistered: !unflooding.has(bridge),
      floodPorts: portsOf(FLOOD, bridge),
      reportPorts: portsOf(REPORTS, bridge),
    };
    return { bridge, value };
  });
}

/** What says how a bridge snoops that does not is a mistake. */
function checkUse(
  args: Arguments,
  option: string,
  bridges: readonly string[],
  snooping: ReadonlySet<string>,
): void {
  if (option === ENABLE) return;
  const meant =
    option === NO_FLOOD
      ? [...flagged(args, option, bridges)]
      : ofBridges(args, option, bridges).map(({ bridge }) => bridge);
  const wrong = meant.find((bridge) => !snooping.has(bridge));
  if (wrong === undefined) return;
  const remedy = bridges.length === 1 ? `--${ENABLE}` : `--${ENABLE}=${wrong}`;
  throw new UsageError(`Cannot use --${option}: multicast needs ${remedy}`);
}

/** Bridges that a flag names; on its own it means the first. */
function flagged(args: Arguments, option: string, bridges: readonly string[]): ReadonlySet<string> {
  const words = (name: string): string => `--${option}=${name}`;
  return new Set(
    args.texts(option).map((name) => bridgeOf(name || undefined, bridges, words(name))),
  );
}

function numbers(
  args: Arguments,
  option: keyof typeof LIMITS,
  bridges: readonly string[],
): ReadonlyMap<string, number> {
  const found = onceABridge(option, ofBridges(args, option, bridges));
  const range = LIMITS[option];
  return new Map(
    [...found].map(([bridge, text]) => [bridge, wholeNumber(option, text, range)] as const),
  );
}
