/** All benches, in the order of the report. */

import type { Bench } from './bench.js';
import { classifierBench } from './classifier.js';
import { fullRevalidationBench, unchangedDumpBench } from './dump.js';
import { extractBenches } from './extract.js';
import { hitPathBench } from './hit-path.js';
import { replayBench } from './replay.js';
import { setUpBench } from './set-up.js';
import { translateBench } from './translate.js';

export const benches: readonly Bench[] = [
  hitPathBench,
  setUpBench,
  unchangedDumpBench,
  fullRevalidationBench,
  ...extractBenches,
  classifierBench,
  translateBench,
  replayBench,
];

/** The size of every bench at scale 1. */
export const SMOKE_SIZE = 1;
/** Numbers of flows of which memory is measured. */
export const MEMORY_SIZES: readonly number[] = [10_000, 50_000, 200_000];
