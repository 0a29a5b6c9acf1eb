/**
 * `mdb/*`: the multicast groups that bridges have learnt by snooping. None of ours snoops.
 *
 * Answers to the `ofproto_unixctl_mcast_snooping_*` functions of OVS's `ofproto/ofproto-dpif.c`.
 */

import { type Command, CommandError } from './command.js';
import { findBridge, type ManagementContext } from './management-context.js';

export function mdbCommands(context: ManagementContext): readonly Command[] {
  const refuse = (name: string): never => {
    findBridge(context, name);
    throw new CommandError('multicast snooping is disabled');
  };
  return [
    {
      name: 'mdb/show',
      usage: 'bridge',
      argsMin: 1,
      argsMax: 1,
      run: ([name = '']) => refuse(name),
    },
    {
      name: 'mdb/flush',
      usage: '[bridge]',
      argsMin: 0,
      argsMax: 1,
      run: ([name]) => (name === undefined ? 'table successfully flushed' : refuse(name)),
    },
  ];
}
