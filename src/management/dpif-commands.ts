/**
 * `dpif/*`: the datapath as bridges see it.
 *
 * Answers to the `ofproto_unixctl_dpif_*` functions of OVS's `ofproto/ofproto-dpif.c`.
 */

import type { DumpedFlow } from '../datapath/dpif.js';
import { formatDumpedFlow } from '../datapath/odp-flow-text.js';
import type { OdpTextOptions } from '../datapath/odp-key-text.js';
import { ufidOf } from '../datapath/ufid.js';
import { IN_PORT } from '../packet/flow-layout.js';
import type { SwitchBridge } from '../switch-bridge.js';
import { collectFlows } from '../switch-megaflows.js';
import { type Command, hasOption } from './command.js';
import type { JsonValue } from './json-value.js';
import { findBridge, type ManagementContext, portNameOf } from './management-context.js';

export function dpifCommands(context: ManagementContext): readonly Command[] {
  const { datapath } = context.sw;
  return [
    {
      name: 'dpif/show',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => showText(context),
      json: () => showJson(context),
    },
    {
      name: 'dpif/dump-flows',
      usage: '[-m] [--names | --no-names] bridge',
      argsMin: 1,
      argsMax: Number.MAX_SAFE_INTEGER,
      run: (args) => dumpFlows(context, args),
    },
    {
      name: 'dpif/dump-dps',
      usage: '',
      argsMin: 0,
      argsMax: 0,
      run: () => {
        const [type = ''] = datapath.name.split('@');
        return sortedBridges(context)
          .map(({ name }) => `${type}@${name}\n`)
          .join('');
      },
    },
  ];
}

interface ShownPort {
  readonly name: string;
  readonly ofPort: number;
  readonly odpPort: number;
  readonly type: string;
}

function sortedBridges({ sw }: ManagementContext): readonly SwitchBridge[] {
  return [...sw.bridges].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A bridge's ports by name. */
function portsOf({ sw }: ManagementContext, bridge: SwitchBridge): readonly ShownPort[] {
  const types = new Map(sw.datapath.ports().map(({ number, type }) => [number, type]));
  return bridge.ofproto.ports
    .map(({ name, ofpPort, odpPort }) => {
      return { name, ofPort: ofpPort, odpPort, type: types.get(odpPort) ?? 'system' };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function showText(context: ManagementContext): string {
  const { datapath } = context.sw;
  const { hit, missed } = datapath.getStats();
  let text = `${datapath.name}: hit:${hit} missed:${missed}\n`;
  for (const bridge of sortedBridges(context)) {
    text += `  ${bridge.name}:\n`;
    for (const { name, ofPort, odpPort, type } of portsOf(context, bridge)) {
      text += `    ${name} ${ofPort}/${odpPort}: (${type})\n`;
    }
  }
  return text;
}

/** Numbers are strings here, as newer versions of Open vSwitch have them. */
function showJson(context: ManagementContext): JsonValue {
  const { datapath } = context.sw;
  const { hit, missed } = datapath.getStats();
  const bridges = sortedBridges(context).map((bridge) => {
    const ports = portsOf(context, bridge).map(({ name, ofPort, odpPort, type }) => {
      return [name, { ofport: String(ofPort), odp_port: String(odpPort), type, config: {} }];
    });
    return [bridge.name, Object.fromEntries(ports)];
  });
  const stats = { n_hit: String(hit), n_missed: String(missed) };
  return { [datapath.name]: { bridges: Object.fromEntries(bridges), stats } };
}

/** The flows of one bridge: those of packets that enter its ports. */
function dumpFlows(context: ManagementContext, args: readonly string[]): string {
  const { sw } = context;
  const bridge = findBridge(context, args.at(-1) ?? '');
  const ports = new Set<number>(bridge.ofproto.ports.map(({ odpPort }) => odpPort));
  const isVerbose = hasOption(args, '-m');
  const options: OdpTextOptions = { isVerbose, ...naming(context, args, isVerbose) };
  const now = sw.clock.now();
  const line = (flow: DumpedFlow): string => {
    const ufid = isVerbose ? `${ufidOf(flow.key)} ` : '';
    return `${ufid}${formatDumpedFlow(flow, now, options)}\n`;
  };
  return collectFlows(sw.datapath, (flow) =>
    ports.has(flow.key.toFlow()[IN_PORT] ?? 0) ? line(flow) : '',
  ).join('');
}

/** Ports by name where that was said last; verbose texts have names unless told otherwise. */
function naming(
  context: ManagementContext,
  args: readonly string[],
  isDefault: boolean,
): Pick<OdpTextOptions, 'portName'> {
  const last = args.filter((arg) => arg === '--names' || arg === '--no-names').at(-1);
  const isNamed = last === undefined ? isDefault : last === '--names';
  return isNamed ? { portName: portNameOf(context) } : {};
}
