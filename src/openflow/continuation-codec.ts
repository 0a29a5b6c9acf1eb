/**
 * Continuations: what a packet that waits for a controller is still to do, as part of its packet-in
 * and of the controller's answer.
 *
 * A controller hands back what it was given, and need not understand it. The properties are those
 * of Open vSwitch (`NXCPT_*`); what a list of actions cannot hold (a way to another table, actions
 * for a set) goes as instructions of 1.3 in a property of our own. Answers to
 * `ofputil_put_packet_in_private` and `ofputil_decode_packet_in_private`.
 */

import type { FrozenAction, FrozenState } from '../ofproto/frozen-states.js';
import type { Ofpact, Ofpacts } from '../ofproto/ofpact.js';
import { bigToBytes, bytesToBig } from '../packet/field-access.js';
import { readActions, writeActions } from './action-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { readInstructions, writeInstructions } from './instruction-codec.js';
import { type Property, readProperties, unknownProperty, writeProperty } from './property-codec.js';
import { OF13, type OfpVersion } from './protocol.js';

const Type = {
  BRIDGE: 0x8000,
  STACK: 0x8001,
  MIRRORS: 0x8002,
  TABLE: 0x8004,
  COOKIE: 0x8005,
  ACTIONS: 0x8006,
  ACTION_SET: 0x8007,
  ODP_PORT: 0x8008,
  /** Ours. */
  INSTRUCTION: 0x8100,
} as const;

const BRIDGE_SIZE = 16;
const ODPP_NONE = 0xffff_ffff;
const INSTRUCTIONS: readonly FrozenAction['type'][] = [
  'meter',
  'clear_actions',
  'write_actions',
  'write_metadata',
  'goto_table',
];

/** What a controller hands back. */
export interface Continuation
  extends Pick<FrozenState, 'stack' | 'mirrors' | 'actions' | 'actionSet'> {
  /** The name of the bridge that it belongs to; empty: it says none. */
  readonly bridge: string;
}

export function writeContinuation(
  writer: ByteWriter,
  state: FrozenState,
  version: OfpVersion,
): void {
  const { ofproto, stack, mirrors, actions, actionSet, inPort } = state;
  writeProperty(writer, Type.BRIDGE, (body) => body.bytes(bridgeBytes(ofproto.uuid)));
  for (const { value, size } of stack) {
    writeProperty(writer, Type.STACK, (body) => body.bytes(bigToBytes(value, size - 1)));
  }
  if (mirrors !== 0) writeProperty(writer, Type.MIRRORS, (body) => body.u32(mirrors >>> 0));
  writeRuns(writer, actions, version);
  if (actionSet.length > 0) writeList(writer, Type.ACTION_SET, actionSet, version);
  const odpPort = ofproto.port(inPort)?.odpPort ?? ODPP_NONE;
  writeProperty(writer, Type.ODP_PORT, (body) => body.u32(odpPort));
}

/** Actions in runs, each behind the table and the cookie that it belongs to, if they change. */
function writeRuns(writer: ByteWriter, actions: readonly FrozenAction[], version: OfpVersion) {
  let [table, cookie] = [0, 0n];
  let run: Ofpact[] = [];
  const flush = (): void => {
    if (run.length > 0) writeList(writer, Type.ACTIONS, run, version);
    run = [];
  };
  for (const action of actions) {
    if (action.type !== 'unroll' && !INSTRUCTIONS.includes(action.type)) {
      run.push(action);
      continue;
    }
    flush();
    if (action.type !== 'unroll') {
      writeProperty(writer, Type.INSTRUCTION, (body) => {
        writeInstructions(body.zeros(4), [action], OF13);
      });
      continue;
    }
    if (action.table !== table) writeProperty(writer, Type.TABLE, (body) => body.u8(action.table));
    if (action.cookie !== cookie) {
      writeProperty(writer, Type.COOKIE, (body) => body.zeros(4).u64(action.cookie));
    }
    [table, cookie] = [action.table, action.cookie];
  }
  flush();
}

function writeList(writer: ByteWriter, type: number, actions: Ofpacts, version: OfpVersion): void {
  writeProperty(writer, type, (body) => writeActions(body.zeros(4), actions, version));
}

/** Reads the properties of a continuation. */
export function readContinuation(reader: ByteReader, version: OfpVersion): Continuation {
  const draft = new Draft(version);
  for (const property of readProperties(reader)) draft.take(property);
  return draft;
}

class Draft implements Continuation {
  readonly #version: OfpVersion;
  readonly stack: { readonly value: bigint; readonly size: number }[] = [];
  readonly actions: FrozenAction[] = [];
  actionSet: Ofpacts = [];
  mirrors = 0;
  bridge = '';
  #table = 0;
  #cookie = 0n;

  constructor(version: OfpVersion) {
    this.#version = version;
  }

  take(property: Property): void {
    const { type, body } = property;
    switch (type) {
      case Type.BRIDGE:
        this.bridge = bridgeName(body.bytes(BRIDGE_SIZE));
        break;
      case Type.STACK:
        this.stack.push({ size: body.remaining + 1, value: bytesToBig(body.rest()) });
        break;
      case Type.MIRRORS:
        this.mirrors = body.u32();
        break;
      case Type.TABLE:
        this.#table = body.u8();
        break;
      case Type.COOKIE:
        body.skip(4);
        this.#cookie = body.u64();
        break;
      case Type.ACTIONS:
        body.skip(4);
        this.#add(readActions(body, this.#version));
        break;
      case Type.INSTRUCTION:
        body.skip(4);
        this.#add(readInstructions(body, OF13));
        break;
      case Type.ACTION_SET:
        body.skip(4);
        this.actionSet = readActions(body, this.#version);
        break;
      case Type.ODP_PORT:
        break;
      default:
        throw unknownProperty(property);
    }
  }

  #add(actions: Ofpacts): void {
    this.actions.push({ type: 'unroll', table: this.#table, cookie: this.#cookie }, ...actions);
  }
}

function bridgeBytes(name: string): Uint8Array {
  const bytes = new Uint8Array(BRIDGE_SIZE);
  bytes.set(new TextEncoder().encode(name).subarray(0, BRIDGE_SIZE));
  return bytes;
}

function bridgeName(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0+$/, '');
}

/** Whether a continuation is of the bridge of this name. */
export function isOfBridge({ bridge }: Continuation, name: string): boolean {
  return bridge !== '' && bridge === bridgeName(bridgeBytes(name));
}
