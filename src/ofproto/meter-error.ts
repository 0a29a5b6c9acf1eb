/**
 * Why the table of meters refuses a meter-mod: as OpenFlow names it, and for a person.
 */

import { UpcallError } from '../base/errors.js';

/** Names of OpenFlow's errors; `src/openflow/ofp-error-numbers.ts` has their numbers. */
export type MeterErrorName =
  | 'OFPMMFC_BAD_BAND'
  | 'OFPMMFC_BAD_FLAGS'
  | 'OFPMMFC_BAD_RATE'
  | 'OFPMMFC_INVALID_METER'
  | 'OFPMMFC_METER_EXISTS'
  | 'OFPMMFC_OUT_OF_BANDS'
  | 'OFPMMFC_OUT_OF_METERS'
  | 'OFPMMFC_UNKNOWN_METER';

export class MeterError extends UpcallError {
  override name = 'MeterError';
  readonly error: MeterErrorName;

  constructor(error: MeterErrorName, message: string) {
    super(message);
    this.error = error;
  }
}
