/**
 * `mdb/*`: what bridges have learnt of multicast groups by snooping.
 *
 * Answers to the `ofproto_unixctl_mcast_snooping_*` functions of OVS's `ofproto/ofproto-dpif.c`.
 */

import type { McastRecord, McastSnooping } from '../ofproto/mcast-snooping.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { type Command, CommandError } from './command.js';
import { findBridge, type ManagementContext } from './management-context.js';

const PORT_WIDTH = 5;
const VLAN_WIDTH = 4;
const AGE_WIDTH = 3;
/** Before ages. */
const GROUP_GAP = '         ';
const ROUTER = 'querier             ';

export function mdbCommands(context: ManagementContext): readonly Command[] {
  return [
    {
      name: 'mdb/show',
      usage: 'bridge',
      argsMin: 1,
      argsMax: 1,
      run: ([name = '']) => show(snoopingOf(context, name), context),
    },
    {
      name: 'mdb/flush',
      usage: '[bridge]',
      argsMin: 0,
      argsMax: 1,
      run: ([name]) => flush(context, name),
    },
  ];
}

function snoopingOf(context: ManagementContext, name: string): McastSnooping {
  const { snooping } = findBridge(context, name).ofproto;
  if (snooping === undefined) throw new CommandError('multicast snooping is disabled');
  return snooping;
}

function show(snooping: McastSnooping, { sw }: ManagementContext): string {
  const lines = snooping.records(sw.clock.now()).map(formatRecord);
  return ` port  VLAN  GROUP                Age\n${lines.join('')}`;
}

function formatRecord({ port, vlan, group, ageSeconds }: McastRecord): string {
  const portText = formatOfpPort(port).padStart(PORT_WIDTH);
  const vlanText = String(vlan).padStart(VLAN_WIDTH);
  const what = group === undefined ? ROUTER : `${group}${GROUP_GAP}`;
  return `${portText}  ${vlanText}  ${what}${String(ageSeconds).padStart(AGE_WIDTH)}\n`;
}

/** Bridges that do not snoop are left out, unless one is named. */
function flush(context: ManagementContext, name: string | undefined): string {
  if (name !== undefined) snoopingOf(context, name).flush();
  else for (const { ofproto } of context.sw.bridges) ofproto.snooping?.flush();
  return 'table successfully flushed';
}
