import { describe, expect, it } from 'vitest';
import { machines } from '../../src/machines/registry.js';
import { switchRuns } from './switch-runs.js';

for (const run of switchRuns) run.describe({ describe, it });

describe('The machines that are walked', () => {
  it('are all machines', () => {
    const walked = switchRuns.map(({ machine }) => machine);
    expect(walked.toSorted()).toEqual(machines.map(({ name }) => name).toSorted());
  });
});
