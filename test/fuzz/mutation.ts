/**
 * Ways to spoil a message: bits, numbers, lengths, pieces taken out, doubled, moved, or put in from
 * another message; the type, the version. The length in the header stays true, so that the damage
 * is found by whoever reads the message, not by whoever cuts the stream.
 */

import type { Rng } from '../../src/base/rng.js';
import { OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { bundled } from './blank-messages.js';
import { type Corpus, pick } from './corpus.js';

export const HEADER_SIZE = 8;
export const MESSAGE_SIZE_MAX = 0xffff;
const TYPES_COUNT = 36;
/** Numbers that programs get wrong. */
const ODD_NUMBERS = [0, 1, 2, 3, 4, 7, 8, 9, 0x7fff, 0x8000, 0xff00, 0xfffc, 0xfffd, 0xffff];
/** How often a message is spoilt; now and then not at all, for the state that it leaves. */
const MUTATION_COUNTS = [0, 1, 1, 1, 2, 2, 3, 4];

type Mutation = (bytes: Uint8Array, rng: Rng, corpus: Corpus) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  setByte,
  setNumber,
  setNumber,
  bumpLength,
  bumpLength,
  truncate,
  takeOut,
  double,
  splice,
  insertZeros,
  setType,
];

/** A message of `version` made of one of the corpus. */
export function mutant(version: OfpVersion, corpus: Corpus, rng: Rng): Uint8Array {
  let bytes: Uint8Array = corpus.draw(version, rng).slice();
  const count = pick(MUTATION_COUNTS, rng);
  for (let i = 0; i < count; i++) bytes = pick(MUTATIONS, rng)(bytes, rng, corpus);
  const message = framed(bytes, rng.below(50) === 0 ? pick(OFP_VERSIONS, rng) : version);
  return (rng.below(15) === 0 ? bundled(version, message) : undefined) ?? message;
}

/** Bytes that need not be messages: of a mutant, with its header spoilt, or cut off. */
export function garbage(corpus: Corpus, rng: Rng): Uint8Array {
  const bytes = mutant(pick(OFP_VERSIONS, rng), corpus, rng);
  if (rng.below(2) === 0) return bytes.slice(0, rng.below(bytes.length));
  bytes[rng.below(HEADER_SIZE)] = rng.below(256);
  return bytes;
}

/** With a header of `version` that tells the true length. */
export function framed(bytes: Uint8Array, version: OfpVersion): Uint8Array {
  const size = Math.min(Math.max(bytes.length, HEADER_SIZE), MESSAGE_SIZE_MAX);
  const message = new Uint8Array(size);
  message.set(bytes.subarray(0, size));
  message[0] = version;
  message[2] = size >>> 8;
  message[3] = size & 0xff;
  return message;
}

function flipBit(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.below(bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << rng.below(8));
  return bytes;
}

function setByte(bytes: Uint8Array, rng: Rng): Uint8Array {
  bytes[rng.below(bytes.length)] = rng.below(256);
  return bytes;
}

/** Sixteen bits at an even place. */
function setNumber(bytes: Uint8Array, rng: Rng): Uint8Array {
  return write16(bytes, rng.below(bytes.length) & ~1, pick(ODD_NUMBERS, rng));
}

/** A small number of sixteen bits becomes a little larger or smaller: it may be a length. */
function bumpLength(bytes: Uint8Array, rng: Rng): Uint8Array {
  const places: number[] = [];
  for (let at = HEADER_SIZE; at + 1 < bytes.length; at += 2) {
    const number = read16(bytes, at);
    if (number >= 4 && number <= bytes.length) places.push(at);
  }
  if (places.length === 0) return bytes;
  const at = pick(places, rng);
  return write16(bytes, at, read16(bytes, at) + pick([-8, -4, -1, 1, 4, 8], rng));
}

function truncate(bytes: Uint8Array, rng: Rng): Uint8Array {
  return bytes.slice(0, Math.max(HEADER_SIZE, rng.below(bytes.length)));
}

function takeOut(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [start, end] = rangeIn(bytes, rng);
  return join(bytes.subarray(0, start), bytes.subarray(end));
}

function double(bytes: Uint8Array, rng: Rng): Uint8Array {
  const [start, end] = rangeIn(bytes, rng);
  return join(bytes.subarray(0, end), bytes.subarray(start));
}

function splice(bytes: Uint8Array, rng: Rng, corpus: Corpus): Uint8Array {
  const other = pick(corpus.messages, rng);
  const [start, end] = rangeIn(other, rng);
  const at = rng.below(bytes.length);
  return join(bytes.subarray(0, at), other.subarray(start, end), bytes.subarray(at));
}

function insertZeros(bytes: Uint8Array, rng: Rng): Uint8Array {
  const at = rng.below(bytes.length);
  return join(bytes.subarray(0, at), new Uint8Array(4 << rng.below(4)), bytes.subarray(at));
}

function setType(bytes: Uint8Array, rng: Rng): Uint8Array {
  bytes[1] = rng.below(TYPES_COUNT);
  return bytes;
}

/** Where a piece begins and ends: as structures do, at multiples of four more often than not. */
function rangeIn(bytes: Uint8Array, rng: Rng): [number, number] {
  const unit = rng.below(3) === 0 ? 1 : 4;
  const start = Math.floor(rng.below(bytes.length) / unit) * unit;
  const length = (1 + rng.below(8)) * unit;
  return [start, Math.min(bytes.length, start + length)];
}

function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function write16(bytes: Uint8Array, at: number, value: number): Uint8Array {
  if (at + 1 >= bytes.length) return bytes;
  bytes[at] = (value >>> 8) & 0xff;
  bytes[at + 1] = value & 0xff;
  return bytes;
}

function join(...pieces: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(pieces));
}
