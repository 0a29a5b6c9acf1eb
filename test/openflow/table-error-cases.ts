/**
 * Table-mods of 1.4 and later that are refused, with what they say of vacancy and eviction. Part of
 * `error-cases.ts`.
 */

import { OF14, OF15 } from '../../src/openflow/protocol.js';
import type { RefusedCase } from './refused-case.js';
import { bad, one } from './refused-messages.js';

/** A table-mod of 1.4 that is to watch vacancy, with a property. */
const tableMod = (...property: readonly number[]) =>
  one('table_mod', (body) => body.u8(0).zeros(3).u32(8).bytes(Uint8Array.from(property)));

export const TABLE_ERROR_CASES: readonly RefusedCase[] = [
  bad('limits upside down', OF14, 'OFPBPC_BAD_VALUE', tableMod(0, 3, 0, 8, 80, 20, 0, 0)),
  bad('a limit of 101 %', OF15, 'OFPBPC_BAD_VALUE', tableMod(0, 3, 0, 8, 20, 101, 0, 0)),
  bad('a vacancy to be had', OF14, 'OFPBPC_BAD_VALUE', tableMod(0, 3, 0, 8, 20, 30, 5, 0)),
  bad('short limits', OF14, 'OFPBPC_BAD_LEN', tableMod(0, 3, 0, 4, 0, 0, 0, 0)),
  bad('long limits', OF14, 'OFPBPC_BAD_LEN', tableMod(0, 3, 0, 12, 1, 2, ...Array(10).fill(0))),
  bad('limits cut off', OF14, 'OFPBPC_BAD_LEN', tableMod(0, 3, 0, 16, 1, 2, 0, 0)),
  bad('short eviction', OF14, 'OFPBPC_BAD_LEN', tableMod(0, 2, 0, 6, 0, 0, 0, 0)),
  bad('long eviction', OF15, 'OFPBPC_BAD_LEN', tableMod(0, 2, 0, 12, ...Array(12).fill(0))),
  bad('a property of tables', OF14, 'OFPBRC_BAD_TYPE', tableMod(0, 9, 0, 8, 0, 0, 0, 0)),
  bad(
    "somebody's property of tables",
    OF14,
    'OFPBRC_BAD_TYPE',
    tableMod(0xff, 0xff, 0, 12, 0, 0, 0x23, 0x20, 0, 0, 0, 1, 0, 0, 0, 0),
  ),
];
