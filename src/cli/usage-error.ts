/**
 * A command line that makes no sense: exit status 2, and a pointer to the help.
 */

import { UpcallError } from '../base/errors.js';

export class UsageError extends UpcallError {
  override name = 'UsageError';
}
