/**
 * One thing that happens to the switch in a session, and its form as a word of a command line, by
 * which a failing session is replayed.
 */

import { isOfpVersion, type OfpVersion } from '../../src/openflow/protocol.js';

export type Step =
  /** A peer of this version sends a message; its length is as its header says. */
  | { readonly type: 'message'; readonly version: OfpVersion; readonly bytes: Uint8Array }
  /** A new peer sends bytes that need not be messages, and nothing else. */
  | { readonly type: 'stream'; readonly bytes: Uint8Array }
  | { readonly type: 'frame'; readonly port: number; readonly bytes: Uint8Array }
  | { readonly type: 'time'; readonly ms: number };

/** "4:050e…", "s:0000…", "p1:ffff…" or "t:500". */
export function formatStep(step: Step): string {
  switch (step.type) {
    case 'message':
      return `${step.version}:${hex(step.bytes)}`;
    case 'stream':
      return `s:${hex(step.bytes)}`;
    case 'frame':
      return `p${step.port}:${hex(step.bytes)}`;
    default:
      return `t:${step.ms}`;
  }
}

/** The step that a word stands for. */
export function parseStep(word: string): Step {
  const [head = '', rest = ''] = word.split(':');
  const bytes = Uint8Array.from(Buffer.from(rest, 'hex'));
  if (head === 't') return { type: 'time', ms: Number(rest) };
  if (head === 's') return { type: 'stream', bytes };
  if (head.startsWith('p')) return { type: 'frame', port: Number(head.slice(1)), bytes };
  const version = Number(head);
  if (!isOfpVersion(version)) throw new Error(`Cannot read step "${word}": no such version`);
  return { type: 'message', version, bytes };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
