/**
 * Reads the text of a flow file; what is wrong inside it is the parser's to say.
 */

import { readFileSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';

export function readFlowFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FileError(path, `Cannot read flow file "${path}": ${systemReason(cause)}`, { cause });
  }
}
