/**
 * What a real switch answers otherwise: it leaves settings of ports alone that it does not know,
 * gathers requests in several parts, takes any command and flag of bundles as dropping one, and
 * answers what is wrong with monitors of 1.4 in messages of 1.0.
 */

import { OF10, OF13, OF14, OF15 } from '../../src/openflow/protocol.js';
import { nothing, type RefusedCase } from './refused-case.js';
import {
  BARRIER,
  bad,
  bundle,
  bundled,
  monitor,
  OPEN,
  portMod,
  stats,
} from './refused-messages.js';

export const OWN_CASES: readonly RefusedCase[] = [
  bad('a setting of ports that there is not', OF13, 'OFPPMFC_BAD_CONFIG', portMod(1, 1, 2)),
  bad(
    'statistics in several parts',
    OF13,
    'OFPBRC_MULTIPART_BUFFER_OVERFLOW',
    stats(0, nothing, 1),
  ),
  bad(
    'features of tables that are to be set',
    OF13,
    'OFPTFFC_EPERM',
    stats(12, (body) => body.u16(64).u8(0).zeros(61)),
  ),
  bad('a command of bundles that there is not', OF14, 'OFPBFC_BAD_TYPE', bundle(99)),
  bad('flags of bundles that there are not', OF14, 'OFPBFC_BAD_FLAGS', bundle(0, 0x80)),
  bad(
    'a message of another version',
    OF14,
    'OFPBFC_BAD_VERSION',
    OPEN,
    bundled((v) => BARRIER(v).with(0, OF10)),
  ),
  bad('a command of monitors that there is not', OF14, 'OFPMOFC_BAD_COMMAND', monitor(7, 0xff, 9)),
  bad('a monitor of a table that there is not', OF15, 'OFPMOFC_BAD_TABLE_ID', monitor(7, 254)),
  bad('a monitor that there is already', OF14, 'OFPMOFC_MONITOR_EXISTS', monitor(7), monitor(7)),
  bad('a monitor that there is not', OF14, 'OFPMOFC_UNKNOWN_MONITOR', monitor(7, 0xff, 2)),
];
