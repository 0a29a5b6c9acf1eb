/**
 * The rows of those actions of Nicira's that are about the pipeline: where packets go, what is kept
 * on the way, who is told of them.
 *
 * A body begins behind the subtype. Source: the messages of Open vSwitch 3.1 (`ovs-ofctl -vvconn`),
 * ovs-actions(7).
 */

import { ofpPort } from '../base/brands.js';
import { OFPP_NONE, type SampleAction } from '../ofproto/ofpact.js';
import type { Field } from '../packet/fields.js';
import { type ActionRow, row } from './action-row.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { writeOxmHeader } from './oxm-codec.js';
import {
  readField,
  readPackedSubfield,
  readSubfield,
  subfieldOf,
  wireWidth,
  writePackedSubfield,
} from './subfield-codec.js';

const NOTE_SIZE_MIN = 6;
const U32_MAX = 0xffff_ffffn;
const DIRECTIONS: readonly SampleAction['direction'][] = ['default', 'ingress', 'egress'];

/** An action without anything to say. */
function bare(type: 'pop_queue' | 'exit' | 'debug_slow', nx: number): ActionRow {
  return row({ type, nx, read: () => ({ type }), write: (body) => void body.zeros(6) });
}

function stack(type: 'push' | 'pop', nx: number): ActionRow {
  return row({
    type,
    nx,
    read: (body) => {
      const start = body.u16();
      const field = readField(body);
      return { type, subfield: subfieldOf(field, start, body.u16()) };
    },
    write: (body, { subfield }) => {
      body.u16(subfield.start);
      writeOxmHeader(body, subfield.field, 'nxm', false);
      body.u16(wireWidth(subfield));
    },
  });
}

export const PIPELINE_ROWS: readonly ActionRow[] = [
  row({
    type: 'output_reg',
    nx: 15,
    read: (body) => {
      const source = readPackedSubfield(body);
      return { type: 'output_reg', source, maxLength: body.u16() };
    },
    write: (body, { source, maxLength }) => {
      if (isExperimenter(source.field)) return false;
      writePackedSubfield(body, source);
      body.u16(maxLength).zeros(6);
      return true;
    },
  }),
  row({
    type: 'output_reg',
    nx: 32,
    isOpen: true,
    read: (body) => {
      const bits = body.u16();
      const maxLength = body.u16();
      const source = readSubfield(body, bits >>> 6, (bits & 0x3f) + 1);
      return { type: 'output_reg', source, maxLength };
    },
    write: (body, { source, maxLength }) => {
      body.u16((source.start << 6) | (wireWidth(source) - 1)).u16(maxLength);
      writeOxmHeader(body, source.field, 'nxm', false);
      return true;
    },
  }),
  row({
    type: 'output_trunc',
    nx: 39,
    read: (body) => ({ type: 'output_trunc', port: ofpPort(body.u16()), maxLength: body.u32() }),
    write: (body, { port, maxLength }) => void body.u16(port).u32(maxLength),
  }),
  row({
    type: 'set_queue',
    nx: 4,
    read: (body) => {
      body.skip(2);
      return { type: 'set_queue', queue: body.u32() };
    },
    write: (body, { queue }) => void body.zeros(2).u32(queue),
  }),
  bare('pop_queue', 5),
  bare('exit', 17),
  bare('debug_slow', 254),
  stack('push', 27),
  stack('pop', 28),
  row({
    type: 'note',
    nx: 8,
    isOpen: true,
    read: (body) => ({ type: 'note', bytes: body.rest().slice() }),
    write: (body, { bytes }) =>
      void body.bytes(bytes).zeros(Math.max(0, NOTE_SIZE_MIN - bytes.length)),
  }),
  row({
    type: 'write_metadata',
    nx: 22,
    read: (body) => {
      body.skip(6);
      return { type: 'write_metadata', value: body.u64(), mask: body.u64() };
    },
    write: (body, { value, mask }) => void body.zeros(6).u64(value).u64(mask),
  }),
  row({
    type: 'set_tunnel',
    nx: 2,
    read: (body) => {
      body.skip(2);
      return { type: 'set_tunnel', id: BigInt(body.u32()), isWide: false };
    },
    write: (body, { id, isWide }) => {
      if (isWide || id > U32_MAX) return false;
      body.zeros(2).u32(Number(id));
      return true;
    },
  }),
  row({
    type: 'set_tunnel',
    nx: 9,
    read: (body) => {
      body.skip(6);
      return { type: 'set_tunnel', id: body.u64(), isWide: true };
    },
    write: (body, { id }) => {
      body.zeros(6).u64(id);
      return true;
    },
  }),
  row({
    type: 'conjunction',
    nx: 34,
    read: (body) => {
      const clause = body.u8();
      const clauseCount = body.u8();
      if (clauseCount < 2 || clauseCount > 64 || clause >= clauseCount) {
        throw new OfpError('NXBAC_BAD_CONJUNCTION');
      }
      return { type: 'conjunction', clause, clauseCount, id: body.u32() };
    },
    write: (body, { clause, clauseCount, id }) => void body.u8(clause).u8(clauseCount).u32(id),
  }),
  row({
    type: 'fin_timeout',
    nx: 19,
    read: (body) => ({ type: 'fin_timeout', idleTimeout: body.u16(), hardTimeout: body.u16() }),
    write: (body, { idleTimeout, hardTimeout }) =>
      void body.u16(idleTimeout).u16(hardTimeout).zeros(2),
  }),
  row({
    type: 'check_pkt_larger',
    nx: 49,
    read: (body) => {
      const size = body.u16();
      const start = body.u16();
      return { type: 'check_pkt_larger', size, destination: readSubfield(body, start, 1) };
    },
    write: (body, { size, destination }) => {
      body.u16(size).u16(destination.start);
      writeOxmHeader(body, destination.field, 'nxm', false);
    },
  }),
  row({
    type: 'delete_field',
    nx: 50,
    isOpen: true,
    read: (body) => ({ type: 'delete_field', field: readField(body) }),
    write: (body, { field }) => void writeOxmHeader(body, field, 'nxm', false),
  }),
  row({
    type: 'clone',
    nx: 42,
    isOpen: true,
    read: (body, { readActions }) => {
      body.skip(6);
      return { type: 'clone', actions: readActions(body) };
    },
    write: (body, { actions }, { writeActions }) => void writeActions(body.zeros(6), actions),
  }),
  row({
    type: 'sample',
    nx: 29,
    read: (body) => ({
      ...readSample(body),
      samplingPort: OFPP_NONE,
      direction: 'default' as const,
    }),
    write: (body, sample) => {
      if (sample.samplingPort !== OFPP_NONE || sample.direction !== 'default') return false;
      writeSample(body, sample);
      return true;
    },
  }),
  row({
    type: 'sample',
    nx: 38,
    read: (body) => ({
      ...readSample(body),
      samplingPort: ofpPort(body.u16()),
      direction: 'default' as const,
    }),
    write: () => false,
  }),
  row({
    type: 'sample',
    nx: 41,
    read: (body) => {
      const sample = readSample(body);
      const samplingPort = ofpPort(body.u16());
      const direction = DIRECTIONS[body.u8()];
      if (direction === undefined) throw new OfpError('OFPBAC_BAD_ARGUMENT');
      return { ...sample, samplingPort, direction };
    },
    write: (body, sample) => {
      writeSample(body, sample);
      body.u16(sample.samplingPort).u8(DIRECTIONS.indexOf(sample.direction)).zeros(5);
      return true;
    },
  }),
];

function isExperimenter({ nxm, oxm }: Field): boolean {
  return (nxm ?? oxm)?.experimenter !== undefined;
}

function readSample(body: ByteReader) {
  const probability = body.u16();
  const [collectorSetId, obsDomainId, obsPointId] = [body.u32(), body.u32(), body.u32()];
  if (probability === 0) throw new OfpError('OFPBAC_BAD_ARGUMENT');
  return { type: 'sample', probability, collectorSetId, obsDomainId, obsPointId } as const;
}

function writeSample(
  body: ByteWriter,
  { probability, collectorSetId, obsDomainId, obsPointId }: SampleAction,
): void {
  body.u16(probability).u32(collectorSetId).u32(obsDomainId).u32(obsPointId);
}
