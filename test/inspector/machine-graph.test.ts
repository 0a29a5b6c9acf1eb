/** Machines as they are drawn: each state and arrow once, called as the recorder calls them. */

import { describe, expect, it } from 'vitest';
import { type AnyTransitionDefinition, createActor, createMachine } from 'xstate';
import { edgeIdOf } from '../../src/inspector/edge-id.js';
import { machineGraph } from '../../src/inspector/machine-graph.js';
import { drawJson } from '../../src/machines/drawing.js';
import { edgesOf, statesOf } from '../../src/machines/machine-edges.js';
import { machines } from '../../src/machines/registry.js';

const byName = machines.map(({ name, machine }) => [name, machine] as const);

const definition = {
  id: 'lamp',
  initial: 'off',
  on: { reset: '.off' },
  states: {
    off: { on: { press: [{ guard: 'isWired', target: 'on', actions: 'count' }, {}] } },
    on: {
      entry: 'light',
      exit: { type: 'darken' },
      initial: 'dim',
      states: { dim: { after: { 500: 'bright', slow: '#lamp.burnt' } }, bright: {} },
      always: { guard: 'isBroken', target: 'burnt' },
    },
    burnt: { type: 'final' },
  },
} as const;

describe('machineGraph()', () => {
  it.each(byName)('%s: has the states and arrows of the machine that runs', (name, machine) => {
    const graph = machineGraph(drawJson(machine));
    expect(graph.id).toBe(name);
    expect(graph.states.map(({ path }) => path)).toEqual(statesOf(machine).map((s) => s.path));
    const arrows = graph.edges.map((edge) => [edge.source, edge.event, edge.guard, edge.target]);
    expect(arrows).toEqual(
      edgesOf(machine).map(({ source, event, guard, target }) => [
        source,
        event === '(always)' ? '' : event,
        guard,
        target,
      ]),
    );
    expect(new Set(graph.edges.map(({ id }) => id)).size).toBe(graph.edges.length);
  });

  it('says of a state what is to be drawn', () => {
    const { states } = machineGraph(definition);
    expect(
      states.map(({ path, parent, type, isInitial }) => [path, parent, type, isInitial]),
    ).toEqual([
      ['off', undefined, 'atomic', true],
      ['on', undefined, 'compound', false],
      ['on.dim', 'on', 'atomic', true],
      ['on.bright', 'on', 'atomic', false],
      ['burnt', undefined, 'final', false],
    ]);
    expect(states[1]?.effects).toEqual(['entry: light', 'exit: darken']);
  });

  it('says of an edge what is to be written on it', () => {
    const { edges } = machineGraph(definition);
    expect(edges).toContainEqual({
      id: 'off|press|0',
      source: 'off',
      target: 'on',
      event: 'press',
      guard: 'isWired',
      delay: undefined,
      actions: ['count'],
    });
    const ids = edges.map(({ id, target, delay }) => [id, target, delay]);
    expect(ids).toContainEqual(['off|press|1', 'off', undefined]);
    expect(ids).toContainEqual(['*|reset|0', 'off', undefined]);
    expect(ids).toContainEqual(['on||0', 'burnt', undefined]);
    expect(ids).toContainEqual(['on.dim|xstate.after.500.lamp.on.dim|0', 'on.bright', '500 ms']);
    expect(ids).toContainEqual(['on.dim|xstate.after.slow.lamp.on.dim|0', 'burnt', 'slow']);
  });

  it('refuses what is no machine', () => {
    const broken = { id: 'x', initial: 'a', states: { a: { on: { go: 'nowhere' } } } };
    expect(() => machineGraph(broken)).toThrow(/Cannot draw machine: .*nowhere.*; record anew/);
  });
});

describe('edgeIdOf()', () => {
  it('calls a transition that a running machine takes as the graph of its JSON does', () => {
    const taken: string[] = [];
    const actor = createActor(
      createMachine({ id: 'm', ...walk }, { guards: { never: () => false } }),
      {
        inspect: (event) => {
          if (event.type !== '@xstate.microstep') return;
          const transitions = event._transitions as readonly AnyTransitionDefinition[];
          taken.push(...transitions.map(edgeIdOf));
        },
      },
    );
    actor.start();
    for (const type of ['go', 'go', 'back']) actor.send({ type });
    expect(taken).toEqual(['a|go|0', 'b||0', 'c.d|go|1', '*|back|0']);
    const ids = machineGraph({ id: 'm', ...walk }).edges.map(({ id }) => id);
    for (const id of taken) expect(ids).toContain(id);
  });
});

const walk = {
  initial: 'a',
  on: { back: '.a' },
  states: {
    a: { on: { go: 'b' } },
    b: { always: 'c' },
    c: {
      initial: 'd',
      states: { d: { on: { go: [{ guard: { type: 'never' }, target: 'e' }, 'f'] } }, e: {}, f: {} },
    },
  },
} as const;
