/**
 * An error that is answered to whoever sent the message: by its name, whatever the version.
 *
 * Decoding and carrying out a message throw it; the connection catches it and sends an error with
 * the message. Answers to `enum ofperr`.
 */

import { UpcallError } from '../base/errors.js';
import { OFP_ERROR_NUMBERS } from './ofp-error-numbers.js';
import { NX_VENDOR_ID, type OfpVersion, ONF_VENDOR_ID } from './protocol.js';

export type OfpErrorName = keyof typeof OFP_ERROR_NUMBERS;

/** What stands in an error message; `vendor` 0: OpenFlow's own. */
export interface OfpErrorNumber {
  readonly vendor: number;
  readonly type: number;
  readonly code: number;
}

export class OfpError extends UpcallError {
  override name = 'OfpError';
  readonly error: OfpErrorName;

  /** `reason` is for logs; the peer gets numbers only. */
  constructor(error: OfpErrorName, reason?: string) {
    super(`Cannot accept message: ${error}${reason === undefined ? '' : ` (${reason})`}`);
    this.error = error;
  }
}

/** The numbers of an error; undefined where the version has none. */
export function errorNumber(version: OfpVersion, name: OfpErrorName): OfpErrorNumber | undefined {
  const cell = OFP_ERROR_NUMBERS[name].split(' ')[version - 1];
  const found = /^(nx|onf)?(\d+)\.(\d+)$/.exec(cell ?? '');
  if (found === null) return undefined;
  const [, prefix, type, code] = found;
  const vendor = prefix === undefined ? 0 : prefix === 'nx' ? NX_VENDOR_ID : ONF_VENDOR_ID;
  return { vendor, type: Number(type), code: Number(code) };
}
