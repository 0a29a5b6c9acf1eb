/**
 * The secret that a page must know where the server listens on more than loopback.
 *
 * The one place of this package that takes true randomness: a token that a seed decides is none.
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 16;

/** A new token, hexadecimal. */
export function createToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

/** Whether they are the same, in a time that does not tell how much of it is. */
export function isSameToken(given: string, token: string): boolean {
  return timingSafeEqual(digestOf(given), digestOf(token));
}

/** How a Content-Security-Policy names an inline script or style: 'sha256-…'. */
export function contentHash(text: string): string {
  return `'sha256-${digestOf(text).toString('base64')}'`;
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
