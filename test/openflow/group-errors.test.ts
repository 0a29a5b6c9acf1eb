/**
 * Errors that are answered to what makes no sense about groups and meters; the same cases that
 * `test/interop/group-errors.test.ts` sends to a real switch.
 */

import { describe, expect, it } from 'vitest';
import { GROUP_CASES } from './group-mod-cases.js';
import { METER_CASES, STATS_CASES } from './meter-mod-cases.js';
import type { RefusedCase } from './refused-case.js';
import { TestPeer } from './test-peer.js';

function errorsOf({ version, bytes }: RefusedCase): readonly string[] {
  return new TestPeer(version).errorsOf(bytes);
}

function expected({ error }: RefusedCase): readonly string[] {
  return error === undefined ? [] : [error];
}

describe('a switch', () => {
  it.each(GROUP_CASES)('answers $error to a group-mod with $name', (refused) => {
    expect(errorsOf(refused)).toEqual(expected(refused));
  });

  it.each(METER_CASES)('answers $error to a meter-mod with $name', (refused) => {
    expect(errorsOf(refused)).toEqual(expected(refused));
  });

  it.each(STATS_CASES)('answers $error to a request for $name', (refused) => {
    expect(errorsOf(refused)).toEqual(expected(refused));
  });
});
