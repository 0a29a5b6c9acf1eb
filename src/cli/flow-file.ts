/**
 * Reads the text of a flow file; what is wrong inside it is the parser's to say.
 */

import { readFileSync } from 'node:fs';
import { FileError } from '../base/errors.js';

export function readFlowFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const state = cause instanceof Error ? cause.message : String(cause);
    throw new FileError(path, `Cannot read flow file "${path}": ${state}`, { cause });
  }
}
