/**
 * Why the table of groups refuses a group-mod: as OpenFlow names it, and for a person.
 */

import { UpcallError } from '../base/errors.js';

/** Names of OpenFlow's errors; `src/openflow/ofp-error-numbers.ts` has their numbers. */
export type GroupErrorName =
  | 'OFPBPC_BAD_VALUE'
  | 'OFPGMFC_BAD_BUCKET'
  | 'OFPGMFC_BUCKET_EXISTS'
  | 'OFPGMFC_GROUP_EXISTS'
  | 'OFPGMFC_INVALID_GROUP'
  | 'OFPGMFC_UNKNOWN_BUCKET'
  | 'OFPGMFC_UNKNOWN_GROUP'
  | 'OFPGMFC_WATCH_UNSUPPORTED';

export class GroupError extends UpcallError {
  override name = 'GroupError';
  readonly error: GroupErrorName;

  constructor(error: GroupErrorName, message: string) {
    super(message);
    this.error = error;
  }
}
