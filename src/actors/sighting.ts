/**
 * What a revalidator tells a ukey that stays: the machine's event, as an object that its owner
 * fills again and again, for there is one for every flow of every dump.
 */

import { instant, type SeqNo, seqNo } from '../base/brands.js';
import type { FlowStats } from '../datapath/dpif.js';

export interface Sighting {
  type: 'flow.keep' | 'flow.modify';
  readonly stats: FlowStats;
  dumpSeq: SeqNo;
  revalSeq: SeqNo;
}

export function createSighting(): Sighting {
  const stats = { packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 };
  return { type: 'flow.keep', stats, dumpSeq: seqNo(0), revalSeq: seqNo(0) };
}
