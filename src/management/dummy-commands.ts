/**
 * `netdev-dummy/*`: frames let into ports in memory by hand, and their links.
 *
 * A frame is hexadecimal digits, or the text of a datapath key, of which a frame is composed.
 * Answers to the `netdev_dummy_*` functions of OVS's `lib/netdev-dummy.c`. (There, `--len` without
 * a number ends the daemon; here it is a syntax error.)
 */

import { ParseError } from '../base/errors.js';
import { parseOdpKey } from '../datapath/odp-key-parse.js';
import { restFromTerm } from '../datapath/odp-text-scanner.js';
import { MemoryPort } from '../datapath/port.js';
import { composePacket } from '../packet/compose.js';
import type { Flow } from '../packet/flow.js';
import { ETH_HEADER_SIZE } from '../packet/protocol.js';
import { type Command, CommandError } from './command.js';
import { type ManagementContext, portNumberOf } from './management-context.js';

/** Bytes of a frame whose length is asked for: Ethernet's least, without FCS. */
const SIZE_MIN = 60;
/** The only receive queue that ports in memory have. */
const QUEUE = 0;

export function dummyCommands(context: ManagementContext): readonly Command[] {
  return [
    {
      name: 'netdev-dummy/receive',
      usage: 'name [--qid queue_id] packet|flow [--len packet_len]',
      argsMin: 2,
      argsMax: Number.MAX_SAFE_INTEGER,
      run: (args) => receive(context, args),
    },
    {
      name: 'netdev-dummy/set-admin-state',
      usage: '[netdev] up|down',
      argsMin: 1,
      argsMax: 2,
      run: (args) => setAdminState(context, args),
    },
  ];
}

function receive(context: ManagementContext, args: readonly string[]): string {
  const [name = '', ...words] = args;
  const { sw } = context;
  const port = sw.datapath.ports().find((each) => each.name === name);
  const isDummy = port instanceof MemoryPort && port.type?.startsWith('dummy') === true;
  if (!isDummy) throw new CommandError('no such dummy netdev');
  const rest = takeQueue(words);
  while (rest.length > 0) {
    const frame = parseHex(rest[0] ?? '') ?? composeNext(context, rest);
    rest.shift();
    port.inject(frame);
  }
  return '';
}

/** Reads `--qid N`, with which the words may begin. */
function takeQueue(words: readonly string[]): string[] {
  if (words[0] !== '--qid' || words.length === 1) return [...words];
  const queue = Number.parseInt(words[1] ?? '', 10) || QUEUE;
  if (queue !== QUEUE) throw new CommandError('bad rx queue id.');
  return words.slice(2);
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.replace(/\s/g, '');
  const isHex = /^(?:[0-9a-f]{2})+$/i.test(digits) && digits.length >= 2 * ETH_HEADER_SIZE;
  return isHex ? Uint8Array.from(Buffer.from(digits, 'hex')) : undefined;
}

/** Composes a frame of the key that `rest` begins with, and takes its `--len N`. */
function composeNext(context: ManagementContext, rest: string[]): Uint8Array {
  const [text = '', option, value] = rest;
  const key = readKey(context, text);
  if (option !== '--len' || value === undefined) return composePacket(key);
  rest.splice(1, 2);
  return composeOf(key, Number.parseInt(value, 10));
}

/** What the headers leave of `size` is payload where such packets have one, else zeros. */
function composeOf(key: Flow, size: number): Uint8Array {
  const { length } = composePacket(key, { payloadSize: 0 });
  if (!(size >= SIZE_MIN) || size < length) throw new CommandError('too small packet len');
  const frame = new Uint8Array(size);
  frame.set(composePacket(key, { payloadSize: size - length }));
  return frame;
}

function readKey(context: ManagementContext, text: string): Flow {
  try {
    return parseOdpKey(text, { portNumber: portNumberOf(context) }).key;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new CommandError(`syntax error at ${restFromTerm(error.source, error.column)}`);
  }
}

/** Of one port, or of all. */
function setAdminState({ sw }: ManagementContext, args: readonly string[]): string {
  const state = args.at(-1)?.toLowerCase();
  if (state !== 'up' && state !== 'down') throw new CommandError('Invalid Admin State');
  const [name] = args.length > 1 ? args : [];
  const ports = sw.datapath.ports().filter((port) => port instanceof MemoryPort);
  const chosen = name === undefined ? ports : ports.filter((port) => port.name === name);
  if (chosen.length === 0) throw new CommandError('Unknown Dummy Interface');
  for (const port of chosen) port.setUp(state === 'up');
  return 'OK';
}
