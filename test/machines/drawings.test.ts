/** What is written about the machines, in headers and in `docs/machines.md`, is what they are. */

import { describe, expect, it } from 'vitest';
import { assign, createMachine } from 'xstate';
import { drawJson, drawMermaid } from '../../src/machines/drawing.js';
import { handlerMachine } from '../../src/machines/handler-machine.js';
import { edgesOf, initialStateOf, statesOf } from '../../src/machines/machine-edges.js';
import { findMachine, machines } from '../../src/machines/registry.js';
import { arrowsOf, pictureIn } from './state-picture.js';

const byName = machines.map((entry) => [entry.name, entry] as const);

describe('machines', () => {
  it('lists each machine once, by its id', () => {
    expect(machines.map(({ name }) => name)).toEqual([
      'udpif',
      'handler',
      'leader',
      'revalidator',
      'barrier',
      'ukey',
      'ukey-2014',
    ]);
    expect(findMachine('leader')?.machine.id).toBe('leader');
    expect(findMachine('nobody')).toBeUndefined();
  });

  it.each(byName)('%s: the picture in its header has exactly its arrows', (name, { machine }) => {
    expect(pictureIn(`src/machines/${name}-machine.ts`)).toEqual(arrowsOf(machine));
  });

  it.each(byName)('%s: events are lower-case nouns and verbs with dots', (_name, { machine }) => {
    const events = new Set(edgesOf(machine).map(({ event }) => event));
    for (const event of events) expect(event).toMatch(/^(\(always\)|[a-z]+\.[a-z]+)$/);
  });

  it.each(byName)('%s: all guards and actions have names and are set up', (_name, { machine }) => {
    const { actions, guards } = machine.implementations;
    const states = statesOf(machine);
    const edges = edgesOf(machine);
    const named = [
      ...states.flatMap(({ entry, exit }) => [...entry, ...exit]),
      ...edges.flatMap((edge) => edge.actions),
    ];
    expect(Object.keys(actions).toSorted()).toEqual([...new Set(named)].toSorted());
    const guarding = edges.flatMap(({ guard }) => guard ?? []);
    expect(Object.keys(guards).toSorted()).toEqual([...new Set(guarding)].toSorted());
  });
});

describe('edgesOf() and initialStateOf()', () => {
  it('name guards and actions by their type', () => {
    const on = { 'a.b': { guard: { type: 'isOpen' }, actions: { type: 'ring' } } };
    expect(edgesOf(createMachine({ id: 'x', on }))).toEqual([
      { source: '*', event: 'a.b', guard: 'isOpen', actions: ['ring'], target: '*' },
    ]);
  });

  it('refuse a machine with an anonymous guard or action', () => {
    const message = 'Cannot draw machine: a guard or an action has no name, set it up by name';
    for (const reference of [() => true, assign({}), { type: 7 }, {}]) {
      const on = { 'a.b': { guard: reference, target: '.one' } } as object;
      expect(() => edgesOf(createMachine({ initial: 'one', states: { one: {} }, on }))).toThrow(
        message,
      );
    }
  });

  it('start a machine without states in itself', () => {
    expect(initialStateOf(createMachine({}))).toBe('*');
  });
});

describe('drawJson()', () => {
  it.each(byName)('%s: createMachine() makes the same machine of it', (_name, { machine }) => {
    const copy = createMachine(drawJson(machine));
    expect(copy.id).toBe(machine.id);
    expect(initialStateOf(copy)).toEqual(initialStateOf(machine));
    expect(statesOf(copy)).toEqual(statesOf(machine));
    expect(edgesOf(copy)).toEqual(edgesOf(machine));
  });

  it('refuses a machine with an anonymous action', () => {
    const machine = createMachine({ entry: () => {} });
    expect(() => drawJson(machine)).toThrow('Cannot draw machine as JSON: "entry" is a function');
  });
});

describe('drawMermaid()', () => {
  it('draws states, entries, ends, guards, actions and what holds anywhere', () => {
    expect(drawMermaid(handlerMachine)).toBe(HANDLER);
  });

  it('draws states in states in states, and all that is done at an exit', () => {
    const inner = { initial: 'c', states: { c: { exit: ['ring', 'lock'] } } };
    const outer = { initial: 'b', states: { b: inner } };
    expect(drawMermaid(createMachine({ initial: 'a', states: { a: outer } }))).toBe(NESTED);
  });

  it('equals docs/machines.md', async () => {
    await expect(documentation()).toMatchFileSnapshot('../../docs/machines.md');
  });
});

const HANDLER = `stateDiagram-v2
  state "waiting" as waiting
  waiting : entry / armReceive
  waiting : exit / disarmReceive
  state "receiving" as receiving
  receiving : entry / readBatch
  state "translating" as translating
  translating : entry / translateBatch
  state "operating" as operating {
    [*] --> operating_submitting
    state "submitting" as operating_submitting
    operating_submitting : entry / operateBatch
    state "yielding" as operating_yielding
    operating_yielding : entry / yieldTurn
  }
  state "exited" as exited
  exited : entry / reportExited
  [*] --> waiting
  waiting --> exited : (always) [isExitLatched]
  waiting --> receiving : upcalls.queued
  receiving --> translating : batch.received [hasUpcalls]
  receiving --> waiting : batch.received
  translating --> operating : batch.translated
  operating_submitting --> operating_yielding : batch.operated
  operating_yielding --> exited : turn.granted [isExitLatched]
  operating_yielding --> receiving : turn.granted
  exited --> [*]
  note right of waiting
    in any state: exit.latched / latchExit
  end note
`;

const NESTED = `stateDiagram-v2
  state "a" as a {
    [*] --> a_b
    state "b" as a_b {
      [*] --> a_b_c
      state "c" as a_b_c
      a_b_c : exit / ring, lock
    }
  }
  [*] --> a
`;

function documentation(): string {
  const sections = machines.map(
    ({ name, machine, summary }) =>
      `## ${name}\n\n${summary}\n\n\`\`\`mermaid\n${drawMermaid(machine)}\`\`\`\n`,
  );
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}

const INTRODUCTION = `# The machines

Drawn from the machines in \`src/machines/\` by \`test/machines/drawings.test.ts\`; after a change
of a machine, \`npx vitest run test/machines/drawings.test.ts -u\` draws them anew.
\`upcall machines NAME\` prints one, with \`--format json\` as \`createMachine\` accepts it.

An arrow says \`event [guard] / actions\`. Actions that a machine does not define itself are
effects: the actor does them (\`src/actors/\`).
`;
