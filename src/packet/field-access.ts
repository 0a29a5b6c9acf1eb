/**
 * Reading and writing a field in a flow or a mask: as a number, as a bigint, as bytes.
 *
 * Numbers are for fields of at most 32 bits; a field that crosses words is read through bytes.
 * Answers to `mf_get_value()` and `mf_set_flow_value()`.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import { assert } from '../base/errors.js';
import type { Field } from './fields.js';
import type { Flow, FlowMask } from './flow.js';

/** Bytes whose every value a double holds exactly. */
const EXACT_SIZE = 6;

/** The value of a field of at most 32 bits, unsigned. */
export function readField(flow: Flow | FlowMask, field: Field): number {
  const end = (field.bit & 31) + field.width;
  assert(end <= 32, 'a field read as a number lies within one word');
  const word = flow[field.bit >>> 5]!;
  return ((word >>> (32 - end)) & lowBits(field.width)) >>> 0;
}

/** Writes a field of at most 32 bits; higher bits of `value` are dropped. */
export function writeField(flow: Flow | FlowMask, field: Field, value: number): void {
  const end = (field.bit & 31) + field.width;
  assert(end <= 32, 'a field written as a number lies within one word');
  const index = field.bit >>> 5;
  const shift = 32 - end;
  const bits = lowBits(field.width) << shift;
  flow[index] = (flow[index]! & ~bits) | ((value << shift) & bits);
}

/** Sets every bit of a field: in a mask, the field then matters as a whole. */
export function fillField(mask: FlowMask, field: Field): void {
  for (let done = 0; done < field.width; ) {
    const bit = field.bit + done;
    const count = Math.min(32 - (bit & 31), field.width - done);
    mask[bit >>> 5]! |= lowBits(count) << (32 - (bit & 31) - count);
    done += count;
  }
}

/** The value of a field of any width. */
export function readFieldBig(flow: Flow | FlowMask, field: Field): bigint {
  let value = 0n;
  for (let done = 0; done < field.width; ) {
    const bit = field.bit + done;
    const count = Math.min(32 - (bit & 31), field.width - done);
    const part = ((flow[bit >>> 5]! >>> (32 - (bit & 31) - count)) & lowBits(count)) >>> 0;
    value = (value << BigInt(count)) | BigInt(part);
    done += count;
  }
  return value;
}

/** Writes a field of any width; higher bits of `value` are dropped. */
export function writeFieldBig(flow: Flow | FlowMask, field: Field, value: bigint): void {
  // Most fields lie within a word, and arithmetic of bigints is dear.
  if ((field.bit & 31) + field.width <= 32) {
    writeField(flow, field, Number(BigInt.asUintN(32, value)));
    return;
  }
  let rest = value;
  for (let left = field.width; left > 0; ) {
    const end = field.bit + left;
    const count = Math.min(((end - 1) & 31) + 1, left);
    const shift = (32 - (end & 31)) & 31;
    const index = (end - 1) >>> 5;
    const bits = lowBits(count) << shift;
    const part = Number(rest & 0xffff_ffffn);
    flow[index] = (flow[index]! & ~bits) | ((part << shift) & bits);
    rest >>= BigInt(count);
    left -= count;
  }
}

/** The value of a field as bytes in network order, right-aligned. */
export function readFieldBytes(flow: Flow | FlowMask, field: Field): Uint8Array {
  return bigToBytes(readFieldBig(flow, field), field.size);
}

/** Writes a field from bytes in network order, right-aligned. */
export function writeFieldBytes(flow: Flow | FlowMask, field: Field, bytes: Uint8Array): void {
  writeFieldBig(flow, field, bytesToBig(bytes));
}

/** Bytes in network order as a number. */
export function bytesToBig(bytes: Uint8Array): bigint {
  if (bytes.length <= EXACT_SIZE) return BigInt(bytesToNumber(bytes));
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value;
}

/** Up to 6 bytes in network order as a number. */
function bytesToNumber(bytes: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < bytes.length; i++) value = value * 256 + bytes[i]!;
  return value;
}

/** A number as `size` bytes in network order; higher bits are dropped. */
export function bigToBytes(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let rest = value;
  for (let i = size - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Whether a field has no bit set: in a mask, that it is wildcarded. */
export function isFieldZero(flow: Flow | FlowMask, field: Field): boolean {
  for (let done = 0; done < field.width; ) {
    const bit = field.bit + done;
    const count = Math.min(32 - (bit & 31), field.width - done);
    if (((flow[bit >>> 5]! >>> (32 - (bit & 31) - count)) & lowBits(count)) !== 0) return false;
    done += count;
  }
  return true;
}

/** A number whose lowest `count` bits are set, 1 to 32. */
function lowBits(count: number): number {
  return 0xffff_ffff >>> (32 - count);
}
