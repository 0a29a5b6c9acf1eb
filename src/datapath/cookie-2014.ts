/**
 * Cookies as 2.3 has them in bytes: a union of 16, of which each type is sent with its own size.
 *
 * Numbers are in the host's order, which is little-endian here, but for the VLAN. For those who
 * bring a datapath of that time, and for the rows that are about sizes; inside, cookies are objects
 * (`cookie.ts`). Answers to the seed's `union user_action_cookie` and the checks of
 * `classify_upcall` (L664-688). Rows U-055 to U-057.
 */

import { ofpPort } from '../base/brands.js';
import { UpcallError } from '../base/errors.js';
import type { UserspaceCookie } from './cookie.js';

/** Packets of this flow go to a controller; one of the slow reasons of 2.3. */
export const SLOW_CONTROLLER_2014 = 16;

const SIZE_MAX = 16;
const OFPP_NONE = ofpPort(0xffff);
const NO_UUID = '00000000-0000-0000-0000-000000000000';

/** Types and the sizes that they come with. */
const SFLOW = { type: 1, size: 8 } as const;
const SLOW_PATH = { type: 2, size: 8 } as const;
const FLOW_SAMPLE = { type: 3, size: 16 } as const;
const IPFIX = { type: 4, size: 8 } as const;

/** The bytes of `cookie`; throws an `UpcallError` for one that 2.3 does not know. */
export function encodeCookie2014(cookie: UserspaceCookie): Uint8Array {
  switch (cookie.type) {
    case 'sflow':
      return write(SFLOW, (view) => {
        view.setUint16(2, cookie.vlanTci);
        view.setUint32(4, cookie.output, true);
      });
    case 'slow_path':
      return write(SLOW_PATH, (view) => view.setUint32(4, cookie.reason, true));
    case 'flow_sample':
      return write(FLOW_SAMPLE, (view) => {
        view.setUint16(2, cookie.probability, true);
        view.setUint32(4, cookie.collectorSetId, true);
        view.setUint32(8, cookie.obsDomainId, true);
        view.setUint32(12, cookie.obsPointId, true);
      });
    case 'ipfix':
      return write(IPFIX, () => {});
    default:
      throw new UpcallError(`Cannot encode cookie: 2.3 has none of type "${cookie.type}"`);
  }
}

/** The cookie that `bytes` are; a `malformed` one where type and size do not go together. */
export function decodeCookie2014(bytes: Uint8Array): UserspaceCookie {
  const size = bytes.length;
  if (size < 2 || size > SIZE_MAX) return { type: 'malformed', size, cookieType: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  const cookieType = view.getUint16(0, true);
  const is = (kind: { readonly type: number; readonly size: number }): boolean =>
    kind.type === cookieType && kind.size === size;
  if (is(SFLOW)) {
    return { type: 'sflow', vlanTci: view.getUint16(2), output: view.getUint32(4, true) };
  }
  if (is(SLOW_PATH)) return readSlowPath(view);
  if (is(FLOW_SAMPLE)) return readFlowSample(view);
  return is(IPFIX) ? { type: 'ipfix' } : { type: 'malformed', size, cookieType };
}

/** Neither bridge nor port: 2.3 finds them by the packet's key. */
function readSlowPath(view: DataView): UserspaceCookie {
  const reason = view.getUint32(4, true);
  return { type: 'slow_path', reason, ofprotoUuid: NO_UUID, inPort: OFPP_NONE };
}

function readFlowSample(view: DataView): UserspaceCookie {
  return {
    type: 'flow_sample',
    probability: view.getUint16(2, true),
    collectorSetId: view.getUint32(4, true),
    obsDomainId: view.getUint32(8, true),
    obsPointId: view.getUint32(12, true),
  };
}

function write(
  { type, size }: { readonly type: number; readonly size: number },
  fill: (view: DataView) => void,
): Uint8Array {
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, type, true);
  fill(view);
  return bytes;
}
