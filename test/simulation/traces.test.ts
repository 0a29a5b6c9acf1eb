/** The traces in `docs/simulation/`: short, and still true. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kindOf } from './court.js';
import { parsePlan } from './plan.js';
import { simulate } from './simulation.js';

const FOLDER = join(import.meta.dirname, '../../docs/simulation');
/** Events that a reader follows without effort. */
const EVENTS_MAX = 12;

const KINDS: Readonly<Record<string, string>> = {
  'B-01': 'S10 B-01',
  'B-01-by-flush': 'S1 B-01, by flush',
  'B-02': 'S3 B-02',
  'B-03': 'L7 B-03',
  'B-04': 'S1 B-04',
  'B-06': 'L8 B-06',
  'B-10': 'L1 B-10',
  'B-12': 'L6 B-12',
  'B-14': 'S22 B-14',
};

describe('The traces of docs/simulation/', () => {
  it('are those that are tested here', () => {
    const names = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));
    expect(names.sort()).toEqual(Object.keys(KINDS).sort());
  });

  it.each(Object.entries(KINDS))(
    '%s shows %s in ovs-2.3, and nothing in current',
    async (name, kind) => {
      const plan = parsePlan(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));
      expect(plan.profile).toBe('ovs-2.3');
      expect(plan.events.length).toBeLessThanOrEqual(EVENTS_MAX);
      expect((await simulate(plan)).violations.map(kindOf)).toContain(kind);
      expect((await simulate({ ...plan, profile: 'current' })).violations).toEqual([]);
    },
  );
});
