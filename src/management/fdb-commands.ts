/**
 * `fdb/*`: the MAC tables of bridges, shown and changed.
 *
 * A VLAN is what C's `atoi` makes of the text, as 16 bits, as in Open vSwitch. Answers to the
 * `ofproto_unixctl_fdb_*` functions of OVS's `ofproto/ofproto-dpif.c`.
 */

import type { Ofproto } from '../ofproto/ofproto.js';
import { parseEthernet } from '../packet/address-parse.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { type Command, CommandError } from './command.js';
import { bridgesNamed, findBridge, type ManagementContext } from './management-context.js';

const PORT_WIDTH = 5;
const VLAN_WIDTH = 4;
const AGE_WIDTH = 3;

export function fdbCommands(context: ManagementContext): readonly Command[] {
  const one = { usage: 'bridge', argsMin: 1, argsMax: 1 };
  const oneOrAll = { usage: '[bridge]', argsMin: 0, argsMax: 1 };
  return [
    {
      ...one,
      name: 'fdb/show',
      run: ([name = '']) => show(findBridge(context, name).ofproto, context),
    },
    {
      ...one,
      name: 'fdb/stats-show',
      run: ([name = '']) => showStats(findBridge(context, name).ofproto),
    },
    {
      ...oneOrAll,
      name: 'fdb/flush',
      run: ([name]) => {
        for (const { ofproto } of bridgesNamed(context, name)) ofproto.macs.flush();
        return 'table successfully flushed';
      },
    },
    {
      ...oneOrAll,
      name: 'fdb/stats-clear',
      run: ([name]) => {
        for (const { ofproto } of bridgesNamed(context, name)) ofproto.macs.clearTotals();
        return 'statistics successfully cleared';
      },
    },
    {
      name: 'fdb/add',
      usage: 'bridge port vlan mac',
      argsMin: 4,
      argsMax: 4,
      run: (args) => add(context, args),
    },
    {
      name: 'fdb/del',
      usage: 'bridge vlan mac',
      argsMin: 3,
      argsMax: 3,
      run: (args) => remove(context, args),
    },
  ];
}

function show({ macs }: Ofproto, { sw }: ManagementContext): string {
  const lines = macs.records(sw.clock.now()).map(({ port, vlan, address, ageSeconds }) => {
    const portText = formatOfpPort(port).padStart(PORT_WIDTH);
    const vlanText = String(vlan).padStart(VLAN_WIDTH);
    const age = ageSeconds === undefined ? 'static' : String(ageSeconds).padStart(AGE_WIDTH);
    return `${portText}  ${vlanText}  ${address}  ${age}\n`;
  });
  return ` port  VLAN  MAC                Age\n${lines.join('')}`;
}

function showStats({ name, macs }: Ofproto): string {
  const { count, entriesMax, staticCount, totals } = macs;
  return [
    `Statistics for bridge "${name}":\n`,
    `  Current/maximum MAC entries in the table: ${count}/${entriesMax}\n`,
    `  Current static MAC entries in the table : ${staticCount}\n`,
    `  Total number of learned MAC entries     : ${totals.learned}\n`,
    `  Total number of expired MAC entries     : ${totals.expired}\n`,
    `  Total number of evicted MAC entries     : ${totals.evicted}\n`,
    `  Total number of port moved MAC entries  : ${totals.moved}\n`,
  ].join('');
}

function add(context: ManagementContext, args: readonly string[]): string {
  const [name = '', portName = '', vlanText = '', macText = ''] = args;
  const { macs, ports } = findBridge(context, name).ofproto;
  const vlan = readVlan(vlanText);
  const { high, low } = readAddress(macText);
  const port = ports.find((each) => each.name === portName);
  if (port === undefined) {
    throw new CommandError('software error, odp port is present but no ofp port');
  }
  const known = macs.record(high, low, vlan, context.sw.clock.now());
  const isStatic = known !== undefined && known.ageSeconds === undefined;
  if (isStatic && known.port === port.ofpPort) return '';
  macs.addStatic(high, low, vlan, port.ofpPort);
  if (known === undefined) return '';
  const kind = isStatic ? 'static' : 'dynamic';
  return `Overriding already existing ${kind} entry on ${known.port}`;
}

function remove(context: ManagementContext, args: readonly string[]): string {
  const [name = '', vlanText = '', macText = ''] = args;
  const { macs } = findBridge(context, name).ofproto;
  const { high, low } = readAddress(macText);
  if (!macs.removeStatic(high, low, readVlan(vlanText))) {
    throw new CommandError('could not find static mac entry');
  }
  return '';
}

function readVlan(text: string): number {
  return (Number.parseInt(text, 10) || 0) & 0xffff;
}

/** The first 16 bits, and the last 32. */
function readAddress(text: string): { high: number; low: number } {
  const bytes = parseEthernet(text);
  if (bytes === undefined) throw new CommandError('bad MAC address');
  const view = new DataView(bytes.buffer);
  return { high: view.getUint16(0), low: view.getUint32(2) };
}
