/**
 * What an upcall is: the first thing to know about it.
 *
 * A miss is a miss whatever it carries. An action upcall is what its cookie says; without a cookie
 * that we made it is bad, with a message that all bad ones share the allowance of.
 *
 * Rows U-052 to U-058. Answers to the seed's `classify_upcall` (L637).
 */

import type { Upcall } from '../datapath/dpif.js';

export type UpcallClass =
  | 'miss'
  | 'slow_path'
  | 'sflow'
  | 'flow_sample'
  | 'ipfix'
  | 'controller'
  | 'bad';

/** The bytes of a cookie in profile `current`; OVS's `sizeof(struct user_action_cookie)`. */
export const COOKIE_SIZE = 48;

/** The class of `upcall`; `warn` is told why it is bad, with numbers for the log's fields. */
export function classifyUpcall(
  upcall: Upcall,
  warn: (message: string, fields: object) => void,
): UpcallClass {
  if (upcall.type === 'miss') return 'miss';
  const bad = (message: string, fields: object): UpcallClass => {
    warn(message, fields);
    return 'bad';
  };
  if (upcall.type !== 'action') {
    return bad(`upcall has unexpected type ${upcall.type}`, { type: upcall.type });
  }
  const cookie = upcall.cookie;
  if (cookie === undefined) return bad('action upcall missing cookie', {});
  if (cookie.type !== 'malformed') return cookie.type;
  const { size, cookieType } = cookie;
  return size === COOKIE_SIZE
    ? bad(`invalid user cookie of type ${cookieType} and size ${size}`, { cookieType, size })
    : bad(`action upcall cookie has unexpected size ${size}`, { size });
}
