/**
 * The rows of `encap` and `decap`: headers in front of a packet, with properties of theirs.
 *
 * A body begins behind the subtype. Answers to `NXAST_ENCAP`, `NXAST_DECAP` and OVS's
 * `lib/ofp-ed-props.c`.
 */

import type { EncapProperty } from '../ofproto/ofpact.js';
import { PT_ETH, PT_NSH } from '../packet/protocol.js';
import { type ActionRow, row } from './action-row.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { OfpError } from './ofp-error.js';
import { OF13 } from './protocol.js';

const CLASS_NSH = 4;
const MD_TYPE = 1;
const TLV = 2;
const PROPERTY_SIZE_MIN = 4;
const TLV_BYTES_MAX = 124;
/** "Whatever the packet then is." */
const PT_ANY = 0xfffe;

export const ENCAP_ROWS: readonly ActionRow[] = [
  row({
    type: 'encap',
    nx: 46,
    since: OF13,
    isOpen: true,
    read: (body) => {
      body.skip(2);
      const packetType = body.u32();
      if (packetType !== PT_ETH && packetType !== PT_NSH) {
        throw new OfpError('NXBAC_BAD_HEADER_TYPE');
      }
      const properties: EncapProperty[] = [];
      while (body.remaining >= PROPERTY_SIZE_MIN) properties.push(readProperty(body));
      return { type: 'encap', packetType, properties };
    },
    write: (body, { packetType, properties }) => {
      body.zeros(2).u32(packetType);
      for (const property of properties) writeProperty(body, property);
    },
  }),
  row({
    type: 'decap',
    nx: 47,
    since: OF13,
    read: (body) => {
      body.skip(2);
      const packetType = body.u32();
      return packetType === PT_ANY ? { type: 'decap' } : { type: 'decap', packetType };
    },
    write: (body, { packetType }) => void body.zeros(2).u32(packetType ?? PT_ANY),
  }),
];

function readProperty(body: ByteReader): EncapProperty {
  const start = body.at;
  const propertyClass = body.u16();
  const type = body.u8();
  const length = body.u8();
  if (propertyClass !== CLASS_NSH) throw new OfpError('NXBAC_UNKNOWN_ED_PROP');
  if (length < PROPERTY_SIZE_MIN) throw new OfpError('OFPBAC_BAD_LEN');
  const value = body.part(length - PROPERTY_SIZE_MIN, 'OFPBAC_BAD_LEN');
  body.align(start, 'OFPBAC_BAD_LEN');
  switch (type) {
    case MD_TYPE:
      return readMdType(value);
    case TLV:
      return readTlv(value);
    default:
      throw new OfpError('NXBAC_UNKNOWN_ED_PROP');
  }
}

function readMdType(value: ByteReader): EncapProperty {
  const mdType = value.u8();
  if (mdType !== 1 && mdType !== 2) throw new OfpError('NXBAC_BAD_ED_PROP');
  return { type: 'md_type', mdType };
}

function readTlv(value: ByteReader): EncapProperty {
  const tlvClass = value.u16();
  const tlvType = value.u8();
  const length = value.u8();
  if (length > TLV_BYTES_MAX || length > value.remaining) throw new OfpError('NXBAC_BAD_ED_PROP');
  return { type: 'tlv', tlvClass, tlvType, bytes: value.bytes(length).slice() };
}

function writeProperty(body: ByteWriter, property: EncapProperty): void {
  const start = body.size;
  body.u16(CLASS_NSH);
  if (property.type === 'md_type') {
    body
      .u8(MD_TYPE)
      .u8(PROPERTY_SIZE_MIN + 1)
      .u8(property.mdType);
  } else {
    const { tlvClass, tlvType, bytes } = property;
    // As 3.1 counts it, padding belongs to the property.
    body.u8(TLV).u8(Math.ceil((PROPERTY_SIZE_MIN + 4 + bytes.length) / 8) * 8);
    body.u16(tlvClass).u8(tlvType).u8(bytes.length).bytes(bytes);
  }
  body.align(start);
}
