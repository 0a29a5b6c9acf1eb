/**
 * The options of `upcall run` that say whether and how its bridge snoops multicast.
 *
 * They are called after the columns and keys that `ovs-vsctl set` takes: `mcast_snooping_enable`
 * of a bridge, `other_config:mcast-snooping-…` of a bridge or a port.
 */

import type { BridgeSnooping } from '../switch-options.js';
import type { Arguments } from './arguments.js';
import type { OptionSpec } from './command.js';
import { UsageError } from './usage-error.js';

const ENABLE = 'mcast-snooping-enable';

export const SNOOPING_OPTIONS: readonly OptionSpec[] = [
  { name: ENABLE, help: 'send multicast to those who asked for it by IGMP or MLD' },
  {
    name: 'mcast-snooping-aging-time',
    value: 'S',
    help: 'silence after which members are forgotten, in seconds (default: 300)',
  },
  {
    name: 'mcast-snooping-table-size',
    value: 'N',
    help: 'groups that are known at most (default: 2048)',
  },
  {
    name: 'mcast-snooping-disable-flood-unregistered',
    help: 'send groups without members to routers only',
  },
  {
    name: 'mcast-snooping-flood',
    value: 'PORT',
    isRepeatable: true,
    help: 'send all multicast to this port, too',
  },
  {
    name: 'mcast-snooping-flood-reports',
    value: 'PORT',
    isRepeatable: true,
    help: "send members' reports to this port, too",
  },
];

/** Undefined: the bridge does not snoop. */
export function readSnooping(args: Arguments): BridgeSnooping | undefined {
  const agingSeconds = args.integer('mcast-snooping-aging-time', { min: 15, max: 3600 });
  const groupsMax = args.integer('mcast-snooping-table-size', { min: 10, max: 1_000_000 });
  if (!args.has(ENABLE)) {
    const useless = SNOOPING_OPTIONS.find(({ name }) => args.has(name));
    if (useless === undefined) return undefined;
    throw new UsageError(`Cannot use --${useless.name}: multicast needs --${ENABLE}`);
  }
  return {
    ...(agingSeconds === undefined ? {} : { agingSeconds }),
    ...(groupsMax === undefined ? {} : { groupsMax }),
    floodsUnregistered: !args.has('mcast-snooping-disable-flood-unregistered'),
    floodPorts: args.texts('mcast-snooping-flood'),
    reportPorts: args.texts('mcast-snooping-flood-reports'),
  };
}
