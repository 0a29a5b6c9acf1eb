/**
 * Messages that no capture has: of every type, every statistic and every vendor's subtype, in each
 * version, with little in them but zeros; and messages inside of bundles.
 */

import { encodeMessage } from '../../src/openflow/message.js';
import { encodeNicira, encodeOnf, NiciraType, OnfType } from '../../src/openflow/nicira.js';
import {
  type MessageType,
  messageType,
  OF13,
  OFP_VERSIONS,
  type OfpVersion,
} from '../../src/openflow/protocol.js';

const TYPES_COUNT = 36;
const STATS_COUNT = 19;
const BODY_SIZES = [8, 16, 40, 56];
const ANY = new Uint8Array(12).fill(0xff);
export const BUNDLE_ID = 1;

/** In every version. */
export function blankMessages(): Uint8Array[] {
  return OFP_VERSIONS.flatMap((version) => [
    ...ofTypes(version),
    ...ofStats(version),
    ...ofVendors(version),
    ...ofBundles(version),
  ]);
}

/** A message as one of a bundle; undefined in versions without bundles. */
export function bundled(version: OfpVersion, message: Uint8Array): Uint8Array | undefined {
  const inner = message.subarray(0, 0xff00);
  const xid = Buffer.from(message).readUInt32BE(4);
  if (version === OF13) {
    return encodeOnf(version, OnfType.BUNDLE_ADD_MESSAGE, xid, (body) =>
      body.u32(BUNDLE_ID).u16(0).u16(0).bytes(inner),
    );
  }
  if (version < OF13) return undefined;
  return encodeMessage(version, 'bundle_add_message', xid, (body) =>
    body.u32(BUNDLE_ID).u16(0).u16(0).bytes(inner),
  );
}

function ofTypes(version: OfpVersion): Uint8Array[] {
  const types = Array.from({ length: TYPES_COUNT }, (_, number) => messageType(version, number));
  return types
    .filter((type): type is MessageType => type !== undefined)
    .flatMap((type) =>
      BODY_SIZES.map((size) => encodeMessage(version, type, 1, (body) => body.zeros(size))),
    );
}

function ofStats(version: OfpVersion): Uint8Array[] {
  return Array.from({ length: STATS_COUNT }, (_, type) => type).flatMap((type) =>
    BODY_SIZES.map((size) =>
      encodeMessage(version, 'stats_request', 1, (body) =>
        body.u16(type).u16(0).zeros(4).bytes(ANY).zeros(size),
      ),
    ),
  );
}

function ofVendors(version: OfpVersion): Uint8Array[] {
  const niciras = Object.values(NiciraType).flatMap((subtype) =>
    BODY_SIZES.map((size) => encodeNicira(version, subtype, 1, (body) => body.zeros(size))),
  );
  const onfs = Object.values(OnfType).flatMap((subtype) =>
    BODY_SIZES.map((size) => encodeOnf(version, subtype, 1, (body) => body.zeros(size))),
  );
  return [...niciras, ...onfs];
}

/** Opening, closing, committing and dropping one, as it was opened. */
function ofBundles(version: OfpVersion): Uint8Array[] {
  if (version < OF13) return [];
  return [0, 2, 4, 6].map((command) =>
    version === OF13
      ? encodeOnf(version, OnfType.BUNDLE_CONTROL, 1, (body) =>
          body.u32(BUNDLE_ID).u16(command).u16(0),
        )
      : encodeMessage(version, 'bundle_control', 1, (body) =>
          body.u32(BUNDLE_ID).u16(command).u16(0),
        ),
  );
}
