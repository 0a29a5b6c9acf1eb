/**
 * `upcall trace FLOW --flows FILE`: what becomes of a flow, from files, without a daemon.
 *
 * The text is that of `ovs-appctl ofproto/trace`. Beyond it: which rules of higher priority were
 * missed and on which fields (`--why-not`), and what made the megaflow as narrow as it is
 * (`--why-narrow`).
 */

import { readFileSync } from 'node:fs';
import { FileError, systemReason, UpcallError } from '../base/errors.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { parseOdpKey } from '../datapath/odp-key-parse.js';
import { parseExactFlow } from '../ofproto/exact-flow-parse.js';
import {
  type FlowTrace,
  type FlowTraceTextOptions,
  formatFlowTrace,
  traceFlow,
} from '../ofproto/flow-trace.js';
import { OFPP_MAX } from '../ofproto/ofpact.js';
import type { Ofproto } from '../ofproto/ofproto.js';
import { ofpPort } from '../base/brands.js';
import { composePacket } from '../packet/compose.js';
import { copyFlow, type Flow } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { Packet } from '../packet/packet.js';
import type { Arguments } from './arguments.js';
import { createFileBridge, type FileBridge, type NamedText } from './bridge-files.js';
import { BRIDGE_SETUP_OPTIONS, readBridgeSetup } from './bridge-setup.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import type { Io } from './io.js';
import { traceDocument } from './trace-document.js';
import { formatWhyNarrow, formatWhyNot } from './trace-report.js';
import { UsageError } from './usage-error.js';

const BRIDGE_DEFAULT = 'br0';
/** As many as a flow can show. */
const VLAN_LIMIT_DEFAULT = 2;
/** Rules shown for each look-up. */
const RULES_SHOWN_DEFAULT = 10;
const U32_MAX = 0xffff_ffff;

export const traceCommand: Command = {
  name: 'trace',
  summary: 'Tell what becomes of a flow, as ofproto/trace does, from files: no daemon is needed.',
  synopsis: 'FLOW --flows FILE [OPTION...]',
  options: [
    { name: 'flows', value: 'FILE', help: 'rules: of ovs-ofctl dump-flows, or for add-flows' },
    { name: 'groups', value: 'FILE', help: 'groups: of ovs-ofctl dump-groups, or for add-groups' },
    { name: 'meters', value: 'FILE', help: 'meters: of ovs-ofctl dump-meters, or for add-meter' },
    {
      name: 'ports',
      value: 'FILE|LIST',
      help: 'of ovs-ofctl show or dpif/show, or "1=eth0,2=eth1" (default: all that are named)',
    },
    { name: 'macs', value: 'FILE', help: 'addresses: of ovs-appctl fdb/show (default: none)' },
    ...BRIDGE_SETUP_OPTIONS,
    { name: 'bridge', value: 'NAME', help: `the bridge's name (default: ${BRIDGE_DEFAULT})` },
    { name: 'generate', help: 'a packet of that flow: what it teaches is learned' },
    { name: 'names', help: 'write ports by name' },
    { name: 'vlan-limit', value: '1|2', help: 'VLAN tags that are seen (default: 2)' },
    { name: 'why-not', help: 'which rules of higher priority were missed, on which fields' },
    { name: 'why-narrow', help: 'which look-ups and actions made the megaflow so narrow' },
    {
      name: 'rules-shown',
      value: 'N',
      help: `rules at most in each answer of why (default: ${RULES_SHOWN_DEFAULT})`,
    },
    { name: 'json', help: 'print one JSON document instead' },
    {
      name: 'expect',
      value: 'ACTIONS',
      help: 'exit with 1 unless these are the datapath actions, as they are printed',
    },
  ],
  run: async (args, io) => trace(args, io),
};

function trace(args: Arguments, io: Io): number {
  const [text, ...more] = args.positionals;
  if (text === undefined || more.length > 0) {
    const state = text === undefined ? 'no flow was given' : `"${more[0]}" is one word too many`;
    throw new UsageError(`Cannot trace: ${state}; quote a flow with spaces`);
  }
  const bridge = openBridge(args, text);
  const { ofproto, translator } = bridge;
  const flow = readFlow(bridge, text);
  const packet = args.has('generate') ? new Packet(composePacket(flow)) : undefined;
  const naming = args.has('names') ? namingOf(ofproto) : {};
  const isExplained = args.has('why-not') || args.has('why-narrow') || args.has('json');
  const traced = traceFlow(translator, ofproto, { flow, packet, isExplained, ...naming });
  io.stdout.write(args.has('json') ? jsonOf(traced) : textOf(traced, args, naming));
  const expected = args.text('expect');
  if (expected === undefined) return EXIT_OK;
  const actions = formatOdpActions(traced.actions, naming.odp);
  if (actions === expected.trim()) return EXIT_OK;
  io.stderr.write(`upcall: datapath actions are "${actions}", not "${expected}"\n`);
  return EXIT_FAILURE;
}

function openBridge(args: Arguments, flowText: string): FileBridge {
  const flows = readNamed(args, 'flows');
  if (flows === undefined) {
    throw new UsageError('Cannot trace: --flows FILE says what the rules are');
  }
  const name = args.text('bridge') ?? BRIDGE_DEFAULT;
  return createFileBridge({
    name,
    flows,
    groups: readNamed(args, 'groups'),
    meters: readNamed(args, 'meters'),
    ports: readPorts(args),
    macs: readNamed(args, 'macs'),
    setup: readBridgeSetup(args, name),
    vlanLimit: args.integer('vlan-limit', { min: 1, max: 2 }) ?? VLAN_LIMIT_DEFAULT,
    inPort: Number(/in_port[=(](\d+)/.exec(flowText)?.[1] ?? 0),
  });
}

function readNamed(args: Arguments, option: string): NamedText | undefined {
  const path = args.text(option);
  return path === undefined ? undefined : { path, text: readText(path) };
}

/** A list on the command line has an equals sign and names no folder. */
function readPorts(args: Arguments): NamedText | undefined {
  const value = args.text('ports');
  if (value === undefined || !/^\w+=[^/]*$/.test(value)) return readNamed(args, 'ports');
  return { path: '--ports', text: value };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FileError(path, `Cannot read "${path}": ${systemReason(cause)}`, { cause });
  }
}

/** A flow of the bridge, or one of its datapath. */
function readFlow({ ofproto, translator }: FileBridge, text: string): Flow {
  if (!/^\s*\w+\(/.test(text)) {
    return parseExactFlow(text, (name) => portNamed(ofproto, name)?.ofpPort);
  }
  const { key } = parseOdpKey(text, { portNumber: (name) => portNamed(ofproto, name)?.odpPort });
  const ingress = translator.receive(key);
  if (ingress !== 'ENODEV') return copyFlow(ingress.flow);
  throw new UpcallError(`Cannot trace: no port of the bridge has datapath number ${key[IN_PORT]}`);
}

function portNamed(ofproto: Ofproto, name: string) {
  return ofproto.ports.find((port) => port.name === name);
}

/** How OpenFlow's and the datapath's ports are written by name, reserved ones by theirs. */
function namingOf(ofproto: Ofproto): FlowTraceTextOptions {
  return {
    portText: (number) =>
      (number < OFPP_MAX ? ofproto.port(ofpPort(number))?.name : undefined) ??
      formatOfpPort(number),
    odp: {
      portName: (number) => ofproto.ports.find(({ odpPort }) => odpPort === number)?.name,
    },
  };
}

function textOf(traced: FlowTrace, args: Arguments, naming: FlowTraceTextOptions): string {
  const rulesMax = args.integer('rules-shown', { min: 0, max: U32_MAX }) ?? RULES_SHOWN_DEFAULT;
  let text = formatFlowTrace(traced, naming);
  if (args.has('why-not')) text += `\n${formatWhyNot(traced, rulesMax)}`;
  if (args.has('why-narrow')) text += `\n${formatWhyNarrow(traced, rulesMax)}`;
  return text;
}

function jsonOf(traced: FlowTrace): string {
  return `${JSON.stringify(traceDocument(traced), undefined, 2)}\n`;
}
