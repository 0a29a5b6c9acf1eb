/** All invariants of behaviours.md 5.5, in its order; then those of bridges that are joined. */

import { S1, S3 } from './accounting.js';
import { S4, S5, S19, S20 } from './cycles.js';
import { S2, S10 } from './deletions.js';
import { L5, L8, S11, S12 } from './flow-limit.js';
import { L7, S13, S14, S15, S16, S18 } from './handlers.js';
import type { Invariant } from './invariant.js';
import { L2, L3, L4, L6 } from './liveness.js';
import { P1, P2 } from './patch-ports.js';
import { S9, S17, S22 } from './resources.js';
import { L1 } from './truth.js';
import { S6, S7, S8, S21 } from './ukeys.js';

export const invariants: readonly Invariant[] = [
  ...[S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11],
  ...[S12, S13, S14, S15, S16, S17, S18, S19, S20, S21, S22],
  ...[L1, L2, L3, L4, L5, L6, L7, L8],
  ...[P1, P2],
];
