/** What has left through a port of the real switch: see `OvsPeer.captureSent`. */

import { statSync } from 'node:fs';
import { openCapture } from '../../src/packet/capture-reader.js';

/** The frames of a capture, as hex; the peer creates it with the first one. */
export function readSentFrames(path: string): string[] {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0) return [];
  return Array.from(openCapture(path), ({ data }) => Buffer.from(data).toString('hex'));
}
