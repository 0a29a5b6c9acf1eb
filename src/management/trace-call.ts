/**
 * The words behind `ofproto/trace`, read: options, which bridge, which flow, which packet.
 *
 * A flow is a datapath's, which its port puts into a bridge, or a bridge's own. A packet is made of
 * it on request, or given in hexadecimal, and then says all but the metadata. The sentences are
 * Open vSwitch's. Answers to `parse_flow_and_packet()` of its `ofproto-dpif-trace.c`.
 */

import { ParseError, UpcallError } from '../base/errors.js';
import { restFromTerm, scanTerms } from '../datapath/odp-text-scanner.js';
import { parseExactFlow } from '../ofproto/exact-flow-parse.js';
import { Ofproto } from '../ofproto/ofproto.js';
import { composePacket } from '../packet/compose.js';
import { extractFlow } from '../packet/extract.js';
import { copyFlow, createFlow, type Flow } from '../packet/flow.js';
import {
  DL_TYPE,
  DL_TYPE_NONE,
  IN_PORT,
  PKT_MARK,
  RECIRC_ID,
  SKB_PRIORITY,
} from '../packet/flow-layout.js';
import { Packet } from '../packet/packet.js';
import { ETH_HEADER_SIZE } from '../packet/protocol.js';
import type { SwitchBridge } from '../switch-bridge.js';
import { CommandError } from './command.js';
import { parseDpctlKey } from './dpctl-key.js';
import { findBridge, type ManagementContext } from './management-context.js';
import { checkConntrackState } from './trace-conntrack.js';

export interface TraceCall {
  readonly ofproto: Ofproto;
  readonly flow: Flow;
  readonly packet: Packet | undefined;
  /** Ports are to be written by name. */
  readonly isNamed: boolean;
}

/** What the options say; the other words are in `words`. */
interface Options {
  readonly words: string[];
  generates: boolean;
  isNamed: boolean;
  payloadSize: number | undefined;
}

/** Bytes of payload that an option may ask for; what one packet holds. */
const PAYLOAD_SIZE_MAX = 64_000;
/** A datapath or a bridge, a flow, a packet. */
const WORDS_MAX = 3;
/** Words of a flow that a packet does not say. */
const METADATA_WORDS = [IN_PORT, SKB_PRIORITY, PKT_MARK, RECIRC_ID];

export function parseTraceCall(context: ManagementContext, args: readonly string[]): TraceCall {
  const options = parseOptions(args);
  const given = takePacket(options);
  const { ofproto, flow } = findFlow(context, options.words);
  const { generates, isNamed, payloadSize } = options;
  if (given !== undefined) {
    const packet = new Packet(given);
    return { ofproto, flow: flowOf(packet, flow, ofproto), packet, isNamed };
  }
  const composed = (): Packet =>
    new Packet(composePacket(flow, payloadSize === undefined ? {} : { payloadSize }));
  return { ofproto, flow, packet: generates ? composed() : undefined, isNamed };
}

function parseOptions(args: readonly string[]): Options {
  const options: Options = { words: [], generates: false, isNamed: false, payloadSize: undefined };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith('-')) {
      if (options.words.length === WORDS_MAX) throw new CommandError('too many arguments');
      options.words.push(word);
    } else if (word === '-generate' || word === '--generate') options.generates = true;
    else if (word === '--names') options.isNamed = true;
    else readValuedOption(options, word, rest);
  }
  return options;
}

function readValuedOption(options: Options, name: string, rest: string[]): void {
  const read = VALUED_OPTIONS.get(name);
  if (read === undefined) throw new CommandError(`${name}: unknown option`);
  const value = rest.shift();
  if (value === undefined) throw new CommandError(`Missing argument for option ${name}`);
  read(options, value);
}

const VALUED_OPTIONS: ReadonlyMap<string, (options: Options, value: string) => void> = new Map([
  ['--ct-next', (_options: Options, value: string) => checkConntrackState(value)],
  [
    '--l7',
    (options, value) => {
      options.payloadSize = (parseHex(value) ?? failHex()).length;
    },
  ],
  [
    '--l7-len',
    (options, value) => {
      const size = Number.parseInt(value, 10) || 0;
      if (size < 0 || size > PAYLOAD_SIZE_MAX) throw new CommandError(`${value}: too much L7 data`);
      options.payloadSize = size;
    },
  ],
]);

/** Takes the last of the words if it is a frame; a third word must be one. */
function takePacket({ words, generates }: Options): Uint8Array | undefined {
  if (generates || words.length < 2) return undefined;
  const bytes = parseHex(words.at(-1) ?? '');
  const isFrame = bytes !== undefined && bytes.length >= ETH_HEADER_SIZE;
  if (isFrame) words.pop();
  else if (words.length === WORDS_MAX) {
    if (bytes === undefined) failHex();
    throw new CommandError('Packet data too short for Ethernet');
  }
  return isFrame ? bytes : undefined;
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, '');
  return /^(?:[0-9a-f]{2})*$/i.test(digits)
    ? Uint8Array.from(Buffer.from(digits, 'hex'))
    : undefined;
}

function failHex(): never {
  throw new CommandError('Trailing garbage in packet data');
}

interface PlacedFlow {
  readonly ofproto: Ofproto;
  readonly flow: Flow;
}

function findFlow(context: ManagementContext, words: readonly string[]): PlacedFlow {
  if (words.length === 0 || words.length === WORDS_MAX) throw new CommandError('Syntax error');
  const text = words.at(-1) ?? '';
  const place = words.length === 2 ? words[0] : undefined;
  const key = parseKey(context, text);
  if (typeof key !== 'string') return receive(context, key, place);
  if (place === undefined) throw new CommandError(`${key} (or the bridge name was omitted)`);
  const bridge = findBridge(context, place, `${place}: unknown bridge`);
  return { ofproto: bridge.ofproto, flow: parseBridgeFlow(bridge, text) };
}

/** The key, or what is wrong with it. An id may stand before it, and does not matter. */
function parseKey(context: ManagementContext, given: string): Flow | string {
  const [id = ''] = UFID.exec(given) ?? [];
  const rest = given.slice(id.length);
  if (id !== '' && !rest.startsWith(' ')) return `syntax error at ${rest}`;
  const text = rest.trimStart();
  try {
    const bare = scanTerms(text, { source: text, column: 1 }).find(
      ({ args }) => args === undefined,
    );
    if (bare !== undefined) return `syntax error at ${text.slice(bare.column - 1)}`;
    return parseDpctlKey(context, text).key;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    return `syntax error at ${restFromTerm(error.source, error.column)}`;
  }
}

const UFID = /^ufid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The flow as the bridge sees it to which its port belongs. */
function receive(context: ManagementContext, key: Flow, datapath: string | undefined): PlacedFlow {
  const { sw } = context;
  const name = sw.datapath.name.replace(/^.*@/, '');
  if (datapath !== undefined && datapath !== name) {
    throw new CommandError('Cannot find the datapath');
  }
  const ingress = sw.translator.receive(key);
  if (ingress === 'ENODEV' && key[RECIRC_ID] !== 0) {
    const id = `0x${key[RECIRC_ID]?.toString(16)}`;
    throw new CommandError(`no recirculation data for recirc_id ${id}`);
  }
  if (ingress === 'ENODEV' || !(ingress.ofproto instanceof Ofproto)) {
    throw new CommandError(`no OpenFlow port for datapath port ${key[IN_PORT]}`);
  }
  const flow = copyFlow(ingress.flow);
  if ((flow[DL_TYPE] ?? 0) >>> 16 === 0) flow[DL_TYPE] = DL_TYPE_NONE << 16;
  return { ofproto: ingress.ofproto, flow };
}

function parseBridgeFlow({ ofproto }: SwitchBridge, text: string): Flow {
  try {
    return parseExactFlow(
      text,
      (name) => ofproto.ports.find((port) => port.name === name)?.ofpPort,
    );
  } catch (error) {
    if (error instanceof UpcallError) throw new CommandError(error.message);
    throw error;
  }
}

/** The packet's own flow, with what `flow` says of where it comes from. */
function flowOf(packet: Packet, flow: Flow, { vlanLimit }: Ofproto): Flow {
  const extracted = createFlow();
  extractFlow(packet.data, extracted, vlanLimit);
  for (const word of METADATA_WORDS) extracted[word] = flow[word] ?? 0;
  return extracted;
}
