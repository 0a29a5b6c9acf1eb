/**
 * What an upcall is: decided by its type and, for one that an action sent, by its cookie.
 *
 * A miss is a miss, whatever it carries. What cannot be understood is `bad`, with OVS's own words
 * to log; the handler drops it. Rows U-052 to U-058. Answers to `classify_upcall` (seed L637).
 */

/** Classes, but for `bad`, are the types of cookies. Answers to `enum upcall_type`. */
export type UpcallClass =
  | 'miss'
  | 'slow_path'
  | 'sflow'
  | 'flow_sample'
  | 'ipfix'
  | 'controller'
  | 'bad';

/** As much of an upcall as decides. */
export interface ClassifiedUpcall {
  readonly type: string | number;
  readonly cookie?: UpcallCookie;
}

export type UpcallCookie =
  | { readonly type: Exclude<UpcallClass, 'miss' | 'bad'> }
  /** Bytes that are no cookie of ours. */
  | { readonly type: 'malformed'; readonly size: number; readonly cookieType: number };

/** The sizes of a cookie, in bytes, beyond which its type is not even looked at. */
export interface CookieSizes {
  readonly sizeMin: number;
  readonly sizeMax: number;
  /** Cookies of `controller` actions (type 5, since 2.11) are unknown. */
  readonly isControllerUnknown?: true;
}

/** Profile `current`: one size for all. */
export const COOKIE_SIZES: CookieSizes = { sizeMin: 48, sizeMax: 48 };
/** Profile `ovs-2.3`: a union of 2 to 16 bytes. */
export const COOKIE_SIZES_2014: CookieSizes = {
  sizeMin: 2,
  sizeMax: 16,
  isControllerUnknown: true,
};

/** What a `controller` cookie looks like to a version that does not know it. */
const FOREIGN_CONTROLLER = { type: 'malformed', size: 48, cookieType: 5 } as const;

export interface Classification {
  readonly class: UpcallClass;
  /** What to log, at WARN within the shared rate limit, about a bad one. */
  readonly complaint?: string;
}

export function classifyUpcall(upcall: ClassifiedUpcall, sizes: CookieSizes): Classification {
  if (upcall.type === 'miss') return MISS;
  if (upcall.type !== 'action') return bad(`upcall has unexpected type ${upcall.type}`);
  const cookie = upcall.cookie;
  if (cookie === undefined) return bad('action upcall missing cookie');
  if (cookie.type === 'malformed') return bad(complain(cookie, sizes));
  if (cookie.type === 'controller' && sizes.isControllerUnknown) {
    return bad(complain(FOREIGN_CONTROLLER, sizes));
  }
  return { class: cookie.type };
}

const MISS: Classification = { class: 'miss' };

function bad(complaint: string): Classification {
  return { class: 'bad', complaint };
}

function complain(
  cookie: Extract<UpcallCookie, { type: 'malformed' }>,
  { sizeMin, sizeMax }: CookieSizes,
): string {
  const { size, cookieType } = cookie;
  return size < sizeMin || size > sizeMax
    ? `action upcall cookie has unexpected size ${size}`
    : `invalid user cookie of type ${cookieType} and size ${size}`;
}
