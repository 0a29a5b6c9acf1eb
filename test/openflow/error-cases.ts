/**
 * Messages that are refused as such: requests of a wrong type, length, vendor, version or role, and
 * what they ask of ports, tables, queues, roles, bundles, monitors and tunnels' options.
 *
 * A case may be several messages, of which the last is refused. `test/openflow/` has them refused
 * by ours, `test/interop/` by a real `ovs-vswitchd`.
 */

import {
  NX_VENDOR_ID,
  OF10,
  OF12,
  OF13,
  OF14,
  OF15,
  ONF_VENDOR_ID,
} from '../../src/openflow/protocol.js';
import { flowMod } from './flow-error-cases.js';
import { FIRST_BUCKET, INSERT, REMOVE, type RefusedCase } from './refused-case.js';
import {
  ANY,
  BARRIER,
  bad,
  bucketMod,
  bundle,
  bundled,
  GROUP,
  meterMod,
  NO_BUFFER,
  NO_GROUP,
  nicira,
  niciraMonitor,
  OPEN,
  one,
  otherXid,
  packetOut,
  portMod,
  role,
  SECONDARY,
  stats,
  tlv,
  unknownType,
  vendor,
} from './refused-messages.js';
import { TABLE_ERROR_CASES } from './table-error-cases.js';

const REQUEST_CASES: readonly RefusedCase[] = [
  bad('a type that there is not', OF10, 'OFPBRC_BAD_TYPE', unknownType),
  bad('a type that there is not', OF15, 'OFPBRC_BAD_TYPE', unknownType),
  bad('statistics that there are not', OF10, 'OFPBRC_BAD_STAT', stats(99)),
  bad('statistics that there are not', OF13, 'OFPBRC_BAD_STAT', stats(99)),
  bad('a vendor that nobody knows', OF10, 'OFPBRC_BAD_VENDOR', vendor(0x1234, 1)),
  bad(
    'a vendor of statistics that nobody knows',
    OF13,
    'OFPBRC_BAD_VENDOR',
    stats(0xffff, (body) => body.u32(0x1234).u32(1)),
  ),
  bad('a subtype that there is not', OF10, 'OFPBRC_BAD_SUBTYPE', nicira(999)),
  bad('a subtype that there is not', OF13, 'OFPBRC_BAD_SUBTYPE', vendor(ONF_VENDOR_ID, 999)),
  bad(
    'a flow format that there is not',
    OF10,
    'OFPBRC_EPERM',
    nicira(12, (body) => body.u32(9)),
  ),
  bad(
    'a packet-in format that there is not',
    OF13,
    'OFPBRC_EPERM',
    nicira(16, (body) => body.u32(9)),
  ),
  bad(
    'a barrier with something in it',
    OF10,
    'OFPBRC_BAD_LEN',
    one('barrier_request', (body) => body.u32(0)),
  ),
  bad(
    'a barrier with something in it',
    OF13,
    'OFPBRC_BAD_LEN',
    one('barrier_request', (body) => body.u32(0)),
  ),
  bad(
    'a request for features with something in it',
    OF13,
    'OFPBRC_BAD_LEN',
    one('features_request', (body) => body.u32(0)),
  ),
  bad(
    'a request for configuration with something in it',
    OF13,
    'OFPBRC_BAD_LEN',
    one('get_config_request', (body) => body.u64(0n)),
  ),
  bad(
    'a configuration that is too long',
    OF13,
    'OFPBRC_BAD_LEN',
    one('set_config', (body) => body.u64(0n)),
  ),
  bad(
    'a short configuration',
    OF13,
    'OFPBRC_BAD_LEN',
    one('set_config', (body) => body.u16(0)),
  ),
  bad(
    'a short port-mod',
    OF10,
    'OFPBRC_BAD_LEN',
    one('port_mod', (body) => body.zeros(16)),
  ),
  bad(
    'a long port-mod',
    OF13,
    'OFPBRC_BAD_LEN',
    one('port_mod', (body) => body.zeros(40)),
  ),
  bad(
    'a long table-mod',
    OF13,
    'OFPBRC_BAD_LEN',
    one('table_mod', (body) => body.zeros(16)),
  ),
  bad(
    'a long role request',
    OF13,
    'OFPBRC_BAD_LEN',
    one('role_request', (body) => body.zeros(24)),
  ),
  bad(
    'a short flow-mod',
    OF13,
    'OFPBRC_BAD_LEN',
    one('flow_mod', (body) => body.zeros(24)),
  ),
  bad(
    'a short flow-mod',
    OF10,
    'OFPBRC_BAD_LEN',
    one('flow_mod', (body) => body.zeros(48)),
  ),
  bad(
    'a short packet-out',
    OF13,
    'OFPBRC_BAD_LEN',
    one('packet_out', (body) => body.zeros(8)),
  ),
  bad('a short request for queues', OF10, 'OFPBRC_BAD_LEN', one('queue_get_config_request')),
  bad('short statistics of ports', OF13, 'OFPBRC_BAD_LEN', stats(4)),
  bad(
    'short statistics of flows',
    OF13,
    'OFPBRC_BAD_LEN',
    stats(1, (body) => body.zeros(8)),
  ),
  bad(
    'long statistics of tables',
    OF13,
    'OFPBRC_BAD_LEN',
    stats(3, (body) => body.zeros(8)),
  ),
  bad(
    'a description with something in it',
    OF13,
    'OFPBRC_BAD_LEN',
    stats(0, (body) => body.zeros(8)),
  ),
  bad('a buffer that there is not', OF13, 'OFPBRC_BUFFER_UNKNOWN', packetOut(5, 1)),
  bad(
    'a port that packets never come in at',
    OF13,
    'OFPBRC_BAD_PORT',
    packetOut(NO_BUFFER, 0xffff_fff0),
  ),
  bad('a change by a secondary', OF13, 'OFPBRC_IS_SECONDARY', SECONDARY, portMod(1, 1)),
  bad(
    'a table-mod by a secondary',
    OF13,
    'OFPBRC_IS_SECONDARY',
    SECONDARY,
    one('table_mod', (body) => body.u8(1).zeros(3).u32(0)),
  ),
  bad(
    'flags that there are not',
    OF13,
    'OFPSCFC_BAD_FLAGS',
    one('set_config', (body) => body.u16(0x80).u16(0)),
  ),
];

const PART_CASES: readonly RefusedCase[] = [
  bad('a group that there is already', OF15, 'OFPGMFC_GROUP_EXISTS', NO_GROUP, GROUP, GROUP),
  bad(
    'a bucket that there is already',
    OF15,
    'OFPGMFC_BUCKET_EXISTS',
    NO_GROUP,
    GROUP,
    bucketMod(INSERT, FIRST_BUCKET),
  ),
  bad(
    'a bucket that there is not',
    OF15,
    'OFPGMFC_UNKNOWN_BUCKET',
    NO_GROUP,
    GROUP,
    bucketMod(REMOVE, 9),
  ),
  bad(
    'a meter that there is already',
    OF13,
    'OFPMMFC_METER_EXISTS',
    meterMod(2),
    meterMod(0),
    meterMod(0),
  ),
  bad('a port that there is not', OF13, 'OFPPMFC_BAD_PORT', portMod(77, 1)),
  bad('an address that the port does not have', OF13, 'OFPPMFC_BAD_HW_ADDR', portMod(1, 99)),
  bad(
    'queues of a port that there is not',
    OF13,
    'OFPQOFC_BAD_PORT',
    one('queue_get_config_request', (body) => body.u32(77).zeros(4)),
  ),
  bad(
    'statistics of queues of a port that there is not',
    OF13,
    'OFPQOFC_BAD_PORT',
    stats(5, (body) => body.u32(77).u32(ANY)),
  ),
  bad(
    'statistics of a queue that there is not',
    OF13,
    'OFPQOFC_BAD_QUEUE',
    stats(5, (body) => body.u32(1).u32(5)),
  ),
  bad(
    'a table that there is not',
    OF13,
    'OFPTMFC_EPERM',
    one('table_mod', (body) => body.u8(254).zeros(3).u32(0)),
  ),
  bad('a role that there is not', OF13, 'OFPRRFC_BAD_ROLE', role(9, 1n)),
  bad(
    "Nicira's role that there is not",
    OF10,
    'OFPRRFC_BAD_ROLE',
    nicira(10, (body) => body.u32(9)),
  ),
  bad('an old generation', OF12, 'OFPRRFC_STALE', role(2, 6_000n), role(2, 3n)),
  bad(
    'a property of wrong length',
    OF14,
    'OFPBPC_BAD_LEN',
    one('set_async', (body) => body.u16(0).u16(3).zeros(4)),
  ),
  bad(
    'a property that there is not',
    OF14,
    'OFPACFC_UNSUPPORTED',
    one('set_async', (body) => body.u16(0x77).u16(8).u32(0)),
  ),
  bad(
    'a reason that there is not',
    OF14,
    'OFPACFC_INVALID',
    one('set_async', (body) => body.u16(0).u16(8).u32(0x8000_0000)),
  ),
  bad(
    'IPFIX that is not set up',
    OF13,
    'NXST_NOT_CONFIGURED',
    stats(0xffff, (body) => body.u32(NX_VENDOR_ID).u32(3)),
  ),
];

const BUNDLE_CASES: readonly RefusedCase[] = ([OF13, OF14, OF15] as const).flatMap((version) => [
  bad('a bundle that there is not', version, 'OFPBFC_BAD_ID', bundle(4)),
  bad('a bundle that is open already', version, 'OFPBFC_BAD_ID', OPEN, OPEN),
  bad('other flags at the commit', version, 'OFPBFC_BAD_FLAGS', bundle(0, 1), bundle(4, 2)),
  bad('a bundle that is closed twice', version, 'OFPBFC_BUNDLE_CLOSED', OPEN, bundle(2), bundle(2)),
  bad(
    'a message for a closed bundle',
    version,
    'OFPBFC_BUNDLE_CLOSED',
    OPEN,
    bundle(2),
    bundled((v) => flowMod(v, {})),
  ),
  bad('a barrier in a bundle', version, 'OFPBFC_MSG_UNSUP', OPEN, bundled(BARRIER)),
  bad(
    'a message of another transaction',
    version,
    'OFPBFC_MSG_BAD_XID',
    OPEN,
    bundled((v) => otherXid(BARRIER(v))),
  ),
  bad(
    'a message that is cut off',
    version,
    'OFPBFC_MSG_BAD_LEN',
    OPEN,
    bundled((v) => BARRIER(v).with(3, 99)),
  ),
  bad('a bundle of a secondary', version, 'OFPBRC_IS_SECONDARY', SECONDARY, OPEN),
]);

const MONITOR_CASES: readonly RefusedCase[] = [
  bad(
    'a monitor that there is already',
    OF10,
    'OFPMOFC_MONITOR_EXISTS',
    niciraMonitor(7, 2),
    niciraMonitor(7, 2),
  ),
  bad('a monitor with flags that there are not', OF10, 'OFPMOFC_BAD_FLAGS', niciraMonitor(7, 0x80)),
  bad(
    'a monitor that there is not',
    OF10,
    'OFPMOFC_UNKNOWN_MONITOR',
    nicira(21, (body) => body.u32(77)),
  ),
];

const TLV_CASES: readonly RefusedCase[] = [
  bad('a command that there is not', OF13, 'NXTTMFC_BAD_COMMAND', tlv(9)),
  bad('an option of odd length', OF13, 'NXTTMFC_BAD_OPT_LEN', tlv(0, [1, 1, 5, 0])),
  bad('a field that there is not', OF13, 'NXTTMFC_BAD_FIELD_IDX', tlv(0, [1, 1, 4, 64])),
  bad(
    'more than there is room for',
    OF13,
    'NXTTMFC_TABLE_FULL',
    tlv(2),
    tlv(0, [1, 1, 124, 0], [1, 2, 124, 1], [1, 3, 124, 2]),
  ),
  bad(
    'a field that is taken',
    OF13,
    'NXTTMFC_ALREADY_MAPPED',
    tlv(2),
    tlv(0, [1, 1, 4, 0]),
    tlv(0, [1, 2, 4, 0]),
  ),
  bad(
    'an option that has a field',
    OF13,
    'NXTTMFC_DUP_ENTRY',
    tlv(2),
    tlv(0, [1, 1, 4, 0]),
    tlv(0, [1, 1, 4, 1]),
  ),
];

const OTHER_CASES: readonly RefusedCase[] = [
  bad(
    'a packet to go on that is of no bridge',
    OF13,
    'NXR_STALE',
    nicira(28, (body) => body.u16(0).u16(18).zeros(20)),
  ),
  bad(
    'an error that the version has no number for',
    OF13,
    'NXBRC_UNENCODABLE_ERROR',
    OPEN,
    bundled((v) => BARRIER(v).with(0, OF10)),
  ),
  bad(
    'a cookie to select by of a flow that is added',
    OF10,
    'NXBRC_NXM_INVALID',
    nicira(13, (body) => {
      body.u64(0n).u16(0).u16(0).u16(0).u16(7).u32(NO_BUFFER).u16(0xffff).u16(0).u16(12).zeros(6);
      body.u32(0x0001_3c08).u64(1n).zeros(4);
    }),
  ),
];

export const ERROR_CASES: readonly RefusedCase[] = [
  ...REQUEST_CASES,
  ...PART_CASES,
  ...BUNDLE_CASES,
  ...MONITOR_CASES,
  ...TLV_CASES,
  ...TABLE_ERROR_CASES,
  ...OTHER_CASES,
];
