/**
 * Statecharts: what they say, and that nothing is lost or lies on something else.
 */

import elkModule from 'elkjs/lib/elk.bundled.js';
import { describe, expect, it } from 'vitest';
import { machineGraph } from '../../../src/inspector/machine-graph.js';
import type { GraphEdge, MachineGraph } from '../../../src/inspector/view-data.js';
import { bestLayout } from '../../../src/inspector/web/statechart-choice.js';
import { ANYWHERE, arrowsOf, boxBlocks } from '../../../src/inspector/web/statechart-graph.js';
import { edgeLines, edgeText, eventText } from '../../../src/inspector/web/statechart-labels.js';
import {
  type Box,
  layoutKey,
  roundedPath,
  type StateBox,
} from '../../../src/inspector/web/statechart-layout.js';
import { sorted } from '../../../src/inspector/web/views/transition-list.js';
import { drawJson } from '../../../src/machines/drawing.js';
import { machines } from '../../../src/machines/registry.js';

const EDGE: GraphEdge = {
  id: 'a|go|0',
  source: 'a',
  target: 'b',
  event: 'go',
  guard: 'isReady',
  delay: undefined,
  actions: ['first', 'second', 'aRatherLongEffect', 'last'],
};

const graphs = machines.map(({ machine }) => machineGraph(drawJson(machine)));
const elk = new elkModule.default();

describe('The words of a transition', () => {
  it('are event, guard and effects, in lines that are not too long', () => {
    expect(edgeLines(EDGE).map(({ text }) => text)).toEqual([
      'go',
      '[isReady]',
      '/ first, second,',
      '\u00a0\u00a0aRatherLongEffect, last',
    ]);
  });

  it('are the delay, or that none is needed, in place of an event', () => {
    expect(eventText({ ...EDGE, event: 'xstate.after.gap.a', delay: 'gap' })).toBe('after gap');
    expect(eventText({ ...EDGE, event: '' })).toBe('(always)');
    expect(edgeText(EDGE)).toBe('go [isReady]');
  });
});

describe('arrowsOf()', () => {
  it.each(graphs)('says every transition of $id once, in a box or at an arrow', (graph) => {
    const paths = [ANYWHERE, ...graph.states.map(({ path }) => path)];
    const blocks = [
      ...arrowsOf(graph).flatMap((arrow) => arrow.blocks),
      ...paths.flatMap((path) => boxBlocks(graph, path)),
    ];
    const ids = blocks.flatMap(({ edge }) => (edge === undefined ? [] : [edge.id]));
    expect(ids.sort()).toEqual(graph.edges.map(({ id }) => id).sort());
  });
});

describe('bestLayout()', () => {
  it.each(graphs)('has a place for every state and arrow of $id', async (graph) => {
    const { states, arrows } = await bestLayout(graph, elk);
    const drawn = states.map(({ path }) => path).filter((path) => path !== ANYWHERE);
    expect(drawn.sort()).toEqual(graph.states.map(({ path }) => path).sort());
    expect(arrows.map(({ id }) => id).sort()).toEqual(
      arrowsOf(graph)
        .map(({ id }) => id)
        .sort(),
    );
    expect(arrows.every(({ path }) => path.startsWith('M'))).toBe(true);
  });

  it.each(graphs)(
    'draws the states of $id within their parents, and none over another',
    async (graph) => {
      const { states } = await bestLayout(graph, elk);
      for (const box of states) {
        const parent = states.find(({ path }) => path === parentOf(graph, box.path));
        if (parent !== undefined) expect(contains(parent, box), box.path).toBe(true);
        const others = states.filter((other) => areSiblings(graph, box, other));
        expect(others.filter((other) => overlap(box, other))).toEqual([]);
      }
    },
  );

  it.each(graphs)('puts no words of $id on those of another arrow', async (graph) => {
    const { arrows } = await bestLayout(graph, elk);
    const hits = arrows.flatMap(({ id, label }) =>
      arrows.filter((other) => other.id < id && overlap(label, other.label)).map((o) => [id, o.id]),
    );
    expect(hits).toEqual([]);
  });
});

describe('layoutKey()', () => {
  it('is another one for every machine, and for a machine in other words', () => {
    const [graph] = graphs;
    if (graph === undefined) throw new Error('there is no machine');
    expect(new Set(graphs.map(layoutKey)).size).toBe(graphs.length);
    expect(layoutKey({ ...graph, edges: graph.edges.slice(1) })).not.toBe(layoutKey(graph));
    expect(layoutKey({ ...graph })).toBe(layoutKey(graph));
  });
});

describe('roundedPath()', () => {
  it('is straight between two points', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 9 },
    ];
    expect(roundedPath(points)).toBe('M0,0L0,9');
  });

  it('rounds a corner, less where it is close to the next one', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 20 },
      { x: 4, y: 20 },
    ];
    expect(roundedPath(points)).toBe('M0,0L0,13Q0,20 2,20L4,20');
    expect(roundedPath([])).toBe('');
  });
});

describe('The list of transitions', () => {
  it('begins with those that can be taken now', () => {
    const graph = graphs.find(({ id }) => id === 'ukey');
    if (graph === undefined) throw new Error('there is no ukey machine');
    const active = ['evicted'];
    const view = { machine: 'ukey', graph, state: 'evicted', active, actors: [], events: [] };
    const list = sorted({ ...view, actor: undefined, last: undefined });
    expect(list[0]?.source).toBe('evicted');
    expect(list).toHaveLength(graph.edges.length);
  });
});

function parentOf(graph: MachineGraph, path: string): string | undefined {
  return graph.states.find((state) => state.path === path)?.parent;
}

function areSiblings(graph: MachineGraph, one: StateBox, other: StateBox): boolean {
  return one !== other && parentOf(graph, one.path) === parentOf(graph, other.path);
}

function contains(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlap(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}
