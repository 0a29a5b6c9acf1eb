/**
 * Messages that a switch is asked with, made of what matters in each; and a case of one that it
 * refuses, which may need others before it.
 */

import { encodeMessage } from '../../src/openflow/message.js';
import type { OfpErrorName } from '../../src/openflow/ofp-error.js';
import {
  type MessageType,
  NX_VENDOR_ID,
  OF10,
  OF13,
  OF14,
  type OfpVersion,
  ONF_VENDOR_ID,
} from '../../src/openflow/protocol.js';
import {
  DELETE,
  INSERT,
  newBucket,
  newMod,
  nothing,
  type RefusedCase,
  SELECT,
  type Write,
  XID,
} from './refused-case.js';

export const ANY = 0xffff_ffff;
export const NO_BUFFER = 0xffff_ffff;

export function one(type: MessageType, write: Write = nothing) {
  return (version: OfpVersion): Uint8Array =>
    encodeMessage(version, type, XID, (body) => write(body));
}

/** A message of a number that no version has. */
export function unknownType(version: OfpVersion): Uint8Array {
  return Uint8Array.of(version, 99, 0, 8, 0, 0, 0, XID);
}

export function stats(type: number, write: Write = nothing, flags = 0) {
  return (version: OfpVersion): Uint8Array =>
    encodeMessage(version, 'stats_request', XID, (body) => {
      body.u16(type).u16(flags);
      if (version !== OF10) body.zeros(4);
      write(body);
    });
}

export function vendor(id: number, subtype: number, write: Write = nothing) {
  return one('vendor', (body) => write(body.u32(id).u32(subtype)));
}

export function nicira(subtype: number, write: Write = nothing) {
  return vendor(NX_VENDOR_ID, subtype, write);
}

export function role(number: number, generation: bigint) {
  return one('role_request', (body) => body.u32(number).zeros(4).u64(generation));
}

/** Of 1.4 and later; 1.3 has it as a vendor's message. */
export function bundle(type: number, flags = 0, id = 1) {
  return (version: OfpVersion): Uint8Array => {
    const write: Write = (body) => body.u32(id).u16(type).u16(flags);
    return version === OF13
      ? vendor(ONF_VENDOR_ID, 2300, write)(version)
      : one('bundle_control', write)(version);
  };
}

export function bundled(message: (version: OfpVersion) => Uint8Array, flags = 0, id = 1) {
  return (version: OfpVersion): Uint8Array => {
    const write: Write = (body) => body.u32(id).u16(0).u16(flags).bytes(message(version));
    return version === OF13
      ? vendor(ONF_VENDOR_ID, 2301, write)(version)
      : one('bundle_add_message', write)(version);
  };
}

/** The message with another xid than what it is in. */
export function otherXid(message: Uint8Array): Uint8Array {
  return message.with(7, XID + 1);
}

function anyMatch(body: Parameters<Write>[0]): unknown {
  return body.u16(1).u16(4).zeros(4);
}

export function monitor(id: number, table = 0xff, command = 0, flags = 2) {
  return stats(16, (body) => {
    anyMatch(body.u32(id).u32(ANY).u32(ANY).u16(flags).u8(table).u8(command));
  });
}

export function niciraMonitor(id: number, flags: number) {
  return stats(0xffff, (body) => {
    body.u32(NX_VENDOR_ID).u32(2).zeros(4);
    body.u32(id).u16(flags).u16(0xffff).u16(0).u8(0xff).zeros(5);
  });
}

export function tlv(command: number, ...mappings: readonly (readonly number[])[]) {
  return nicira(24, (body) => {
    body.u16(command).zeros(6);
    for (const [code = 0, type = 0, length = 4, index = 0] of mappings) {
      body.u16(code).u8(type).u8(length).u16(index).zeros(2);
    }
  });
}

/** A port-mod of 1.1 and later; since 1.4 it may have properties. */
export function portMod(port: number, address: number, mask = 0) {
  return (version: OfpVersion): Uint8Array =>
    encodeMessage(version, 'port_mod', XID, (body) => {
      body
        .u32(port)
        .zeros(4)
        .bytes(Uint8Array.of(0xaa, 0x55, 0, 0, 0, address))
        .zeros(2);
      body.u32(0).u32(mask);
      if (version < OF14) body.u32(0).zeros(4);
    });
}

export function packetOut(buffer: number, port: number) {
  return one('packet_out', (body) => body.u32(buffer).u32(port).u16(0).zeros(6).zeros(14));
}

export const NO_GROUP = (): Uint8Array => newMod({ command: DELETE });
export const GROUP = (): Uint8Array => newMod({ type: SELECT }, newBucket({ id: 5 }));

/** Puts bucket 5 in, or takes one out. */
export function bucketMod(command: number, at: number) {
  const buckets = command === INSERT ? [newBucket({ id: 5 })] : [];
  return (): Uint8Array => newMod({ command, type: SELECT, at }, ...buckets);
}

/** Of meter 7, which drops. */
export function meterMod(command: number) {
  return one('meter_mod', (body) => {
    body.u16(command).u16(1).u32(7).u16(1).u16(16).u32(9).u32(0).zeros(4);
  });
}

type Make = (version: OfpVersion) => Uint8Array;

export function bad(
  name: string,
  version: OfpVersion,
  error: OfpErrorName,
  ...messages: readonly Make[]
): RefusedCase {
  const bytes = Uint8Array.from(Buffer.concat(messages.map((make) => make(version))));
  return { name: `${name} in 1.${version - 1}`, version, bytes, error };
}

/** Of a generation as new as can be: a real switch remembers those of the cases before. */
export const SECONDARY = role(3, 6_000n);
export const OPEN = bundle(0);
export const BARRIER = one('barrier_request');
