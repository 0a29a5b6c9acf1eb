/**
 * The rows of actions that choose one of several by a hash: `multipath`, `bundle`, `bundle_load`.
 *
 * A body begins behind the subtype. Answers to `NXAST_MULTIPATH`, `NXAST_BUNDLE` and
 * `NXAST_BUNDLE_LOAD`.
 */

import { ofpPort } from '../base/brands.js';
import {
  BUNDLE_ALGORITHMS,
  type BundleAction,
  HASH_FIELDS,
  type HashFields,
  MULTIPATH_ALGORITHMS,
} from '../ofproto/ofpact.js';
import { fieldOf } from '../packet/fields.js';
import { type ActionRow, row } from './action-row.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { readOxmHeader, writeOxmHeader } from './oxm-codec.js';
import { readPackedSubfield, writePackedSubfield } from './subfield-codec.js';

/** What members of a bundle are: ports. */
const MEMBER_FIELD = fieldOf('in_port');
const MEMBERS_MAX = 2048;
/** Where a number would go, in a bundle that outputs, and what stands behind it. */
const NO_DESTINATION_SIZE = 6;
const PADDING_SIZE = 4;

export const CHOICE_ROWS: readonly ActionRow[] = [
  row({
    type: 'multipath',
    nx: 10,
    read: (body) => {
      const fields = hashFields(body.u16());
      const basis = body.u16();
      body.skip(2);
      const algorithm = MULTIPATH_ALGORITHMS[body.u16()];
      const linksCount = body.u16() + 1;
      const argument = body.u32();
      body.skip(2);
      const destination = readPackedSubfield(body);
      if (algorithm === undefined || linksCount > 2 ** destination.width) {
        throw new OfpError('OFPBAC_BAD_ARGUMENT');
      }
      return { type: 'multipath', fields, basis, algorithm, linksCount, argument, destination };
    },
    write: (body, { fields, basis, algorithm, linksCount, argument, destination }) => {
      body.u16(HASH_FIELDS.indexOf(fields)).u16(basis).zeros(2);
      body
        .u16(MULTIPATH_ALGORITHMS.indexOf(algorithm))
        .u16(linksCount - 1)
        .u32(argument);
      writePackedSubfield(body.zeros(2), destination);
    },
  }),
  row({
    type: 'bundle',
    nx: 12,
    isOpen: true,
    read: (body) => {
      const { count, ...choice } = readChoice(body);
      body.skip(NO_DESTINATION_SIZE + PADDING_SIZE);
      return { ...choice, members: readMembers(body, count) };
    },
    write: (body, bundle) => {
      if (bundle.destination !== undefined) return false;
      writeChoice(body, bundle);
      writeMembers(body.zeros(NO_DESTINATION_SIZE + PADDING_SIZE), bundle);
      return true;
    },
  }),
  row({
    type: 'bundle',
    nx: 13,
    isOpen: true,
    read: (body) => {
      const { count, ...choice } = readChoice(body);
      const destination = readPackedSubfield(body);
      if (destination.width < 16) throw new OfpError('OFPBAC_BAD_ARGUMENT');
      body.skip(PADDING_SIZE);
      return { ...choice, destination, members: readMembers(body, count) };
    },
    write: (body, bundle) => {
      if (bundle.destination === undefined) return false;
      writeChoice(body, bundle);
      writePackedSubfield(body, bundle.destination);
      writeMembers(body.zeros(PADDING_SIZE), bundle);
      return true;
    },
  }),
];

function hashFields(number: number): HashFields {
  const fields = HASH_FIELDS[number];
  if (fields === undefined) throw new OfpError('OFPBAC_BAD_ARGUMENT');
  return fields;
}

function readChoice(body: ByteReader) {
  const algorithm = BUNDLE_ALGORITHMS[body.u16()];
  const fields = hashFields(body.u16());
  const basis = body.u16();
  const { field } = readOxmHeader(body);
  const count = body.u16();
  if (algorithm === undefined || field !== MEMBER_FIELD || count > MEMBERS_MAX) {
    throw new OfpError('OFPBAC_BAD_ARGUMENT');
  }
  return { type: 'bundle', algorithm, fields, basis, count } as const;
}

function writeChoice(body: ByteWriter, { algorithm, fields, basis, members }: BundleAction): void {
  body.u16(BUNDLE_ALGORITHMS.indexOf(algorithm)).u16(HASH_FIELDS.indexOf(fields)).u16(basis);
  writeOxmHeader(body, MEMBER_FIELD, 'nxm', false);
  body.u16(members.length);
}

function readMembers(body: ByteReader, count: number) {
  if (body.remaining < 2 * count) throw new OfpError('OFPBAC_BAD_LEN');
  return Array.from({ length: count }, () => ofpPort(body.u16()));
}

function writeMembers(body: ByteWriter, { members }: BundleAction): void {
  for (const member of members) body.u16(member);
}
