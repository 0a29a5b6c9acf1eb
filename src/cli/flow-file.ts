/**
 * Reads the text of a file of flows, groups or meters; what is wrong in it is the parser's to say.
 */

import { readFileSync } from 'node:fs';
import { FileError, systemReason } from '../base/errors.js';

export type FlowFileKind = 'flow' | 'group' | 'meter';

export function readFlowFile(path: string, kind: FlowFileKind = 'flow'): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const message = `Cannot read ${kind} file "${path}": ${systemReason(cause)}`;
    throw new FileError(path, message, { cause });
  }
}
