/** What all scenarios have in common: texts, small steps, the same numbers each time. */

import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../../src/inspector/scenarios/scenario.js';
import { findScenario, scenarios } from '../../../src/inspector/scenarios/scenarios.js';

const byName = scenarios.map((scenario) => [scenario.name, scenario] as const);

/** Steps that a scenario has at least: a replay can be stopped between any two. */
const STEPS_MIN = 100;
/** A slice of a cycle is 20 batches of 50 flows: as many verdicts, and as many deletions. */
const RECORDS_A_STEP_MAX = 20 * 50 * 2;

describe('scenarios', () => {
  it('are the eight of the issue', () => {
    expect(scenarios.map(({ name }) => name)).toEqual([
      'megaflow-explosion',
      'flapping-limit',
      'exact-flows',
      'lost-upcalls',
      'readded-flows',
      'stale-flow',
      'idle-timeout',
      'packet-in-storm',
    ]);
  });

  it.each(byName)('%s: says where to look, what proves it and what to do', (_name, { text }) => {
    expect(text.look).toMatch(/\b(House|Machines|Cycle|Flows|Upcalls|Charts)\b/);
    expect(text.look).toMatch(/The numbers? that proves? it/);
    expect(text.look).toMatch(/remedy is/);
    expect(text.sources.length).toBeGreaterThan(0);
    expect(text.remedy).not.toBe('');
  });

  it.each(byName)('%s: goes in small steps', (_name, scenario) => {
    const run = scenario.start();
    let records = 0;
    let recordsMax = 0;
    let steps = 0;
    run.target.events.subscribe(() => records++);
    while (run.step()) {
      steps++;
      recordsMax = Math.max(recordsMax, records);
      records = 0;
    }
    expect(steps).toBeGreaterThan(STEPS_MIN);
    expect(recordsMax).toBeLessThanOrEqual(RECORDS_A_STEP_MAX);
  });

  it.each(byName)('%s: measures the same things with and without trouble', (_name, scenario) => {
    const names = (isRemedied: boolean) =>
      scenario
        .start({ isRemedied })
        .measures()
        .map(({ name }) => name);
    expect(names(true)).toEqual(names(false));
  });

  it('happen the same way each time', () => {
    const scenario = findScenario('readded-flows');
    expect(journal(scenario)).toEqual(journal(scenario));
  });
});

describe('findScenario()', () => {
  it('lists the names where there is none of that name', () => {
    expect(() => findScenario('bliss')).toThrow(
      'Cannot find scenario "bliss": there are megaflow-explosion, flapping-limit, exact-flows, ' +
        'lost-upcalls, readded-flows, stale-flow, idle-timeout, packet-in-storm',
    );
  });
});

describe('docs/scenarios.md', () => {
  it('is made from the scenarios', async () => {
    await expect(documentation()).toMatchFileSnapshot('../../../docs/scenarios.md');
  });
});

/** Every record with its time. */
function journal(scenario: Scenario): string[] {
  const run = scenario.start();
  const lines: string[] = [];
  run.target.events.subscribe(({ type, time }) => lines.push(`${time} ${type}`));
  run.finish();
  return lines;
}

const INTRODUCTION = `# The scenarios

Eight situations from real complaints, to be played, watched and measured. Made from the modules
in \`src/inspector/scenarios/\` by \`test/inspector/scenarios/scenarios.test.ts\`; after a change,
\`npx vitest run test/inspector/scenarios/scenarios.test.ts -u\` writes this anew.

\`upcall scenario NAME\` plays one twice, as it was and with its remedy, and prints the numbers of
both; \`--inspect\` shows it in a page, \`--record FILE\` writes its log, \`--remedied\` takes the
other run.
`;

function documentation(): string {
  return [INTRODUCTION, ...scenarios.map(section)].join('\n');
}

function section(scenario: Scenario): string {
  const { name, title, look, sources, remedy } = scenario.text;
  return [
    `## ${name}`,
    '',
    `**${title}.** ${look}`,
    '',
    '| | as it was | remedied |',
    '|---|---:|---:|',
    ...numbers(scenario),
    '',
    `Remedied: ${remedy}. Sources: ${sources.map(linked).join(', ')}.`,
    '',
  ].join('\n');
}

function numbers(scenario: Scenario): string[] {
  const asItWas = scenario.start();
  const remedied = scenario.start({ isRemedied: true });
  asItWas.finish();
  remedied.finish();
  return asItWas
    .measures()
    .map(({ name, text, value }) => `| ${text} | ${value} | ${remedied.measure(name)} |`);
}

function linked(source: string): string {
  if (source.startsWith('https:')) return `<${source}>`;
  return source.startsWith('docs/') ? `[${source}](${source.slice('docs/'.length)})` : source;
}
