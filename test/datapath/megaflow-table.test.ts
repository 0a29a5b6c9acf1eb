import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import type { Mask } from '../../src/datapath/mask.js';
import { MegaflowTable } from '../../src/datapath/megaflow-table.js';
import { createFlow, type Flow, flowMatches } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { MASKS, maskOf, output } from './fixture.js';

/** Flows are few and differ in three words, so that keys, overlaps and hits are frequent. */
function flowOf(a: number, b: number, c: number): Flow {
  const flow = createFlow();
  flow[L.IN_PORT] = 1;
  flow[L.NW_SRC] = a;
  flow[L.NW_DST] = b;
  flow[L.TP] = c;
  return flow;
}

function maskOfBits(a: number, b: number, c: number): Mask {
  const flow = flowOf(a, b, c);
  flow[L.IN_PORT] = 0xffff_ffff;
  return MASKS.intern(flow as never);
}

const CHOICES = [
  maskOfBits(3, 0, 0),
  maskOfBits(3, 3, 0),
  maskOfBits(3, 3, 3),
  maskOfBits(1, 0, 2),
];

interface TwinFlow {
  readonly flow: Flow;
  readonly mask: Mask;
  readonly port: number;
}

/** The obvious table: a map of keys, and a walk over all of them for each packet. */
class TwinTable {
  readonly flows = new Map<string, TwinFlow>();

  matching(packet: Flow): TwinFlow[] {
    return [...this.flows.values()].filter(({ flow, mask }) =>
      flowMatches(packet, flow, mask.words),
    );
  }
}

type Step = readonly ['put' | 'remove' | 'lookup', number, number, number, number];

function run(steps: readonly Step[], countMax: number): void {
  const table = new MegaflowTable(countMax);
  const twin = new TwinTable();
  let port = 0;
  for (const [kind, a, b, c, choice] of steps) {
    const flow = flowOf(a, b, c);
    const name = `${a},${b},${c}`;
    const key = FlowKey.from(flow);
    if (kind === 'put') {
      const mask = CHOICES[choice] ?? maskOf('');
      const expected = twin.matching(flow).length > 0 ? 'exists' : 'installed';
      const isFull = twin.flows.size === countMax;
      const outcome = table.put(key, mask, [output(++port)]);
      expect(outcome).toBe(expected === 'installed' && isFull ? 'no-space' : expected);
      if (outcome === 'installed') twin.flows.set(name, { flow, mask, port });
    } else if (kind === 'remove') {
      const handle = table.find(key);
      expect(handle >= 0).toBe(twin.flows.delete(name));
      if (handle >= 0) table.remove(handle);
    } else {
      const handle = table.lookup(flow);
      const ports = twin.matching(flow).map((found) => output(found.port));
      if (handle < 0) expect(ports).toEqual([]);
      else expect(ports).toContainEqual(table.actions[handle]?.[0]);
    }
    if (choice === 0) table.rank();
  }
  expect(table.count).toBe(twin.flows.size);
  expect(table.maskCount).toBe(new Set([...twin.flows.values()].map(({ mask }) => mask)).size);
}

const step = fc.tuple(
  fc.constantFrom<Step[0]>('put', 'put', 'remove', 'lookup'),
  fc.nat(3),
  fc.nat(3),
  fc.nat(3),
  fc.nat(CHOICES.length - 1),
);

describe('MegaflowTable beside a map', () => {
  it('answers the same for any steps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.integer({ min: 1, max: 40 }), run),
      { numRuns: 300 },
    );
  });

  it('answers the same over 20,000 seeded steps that make it grow and shrink', () => {
    const rng = createRng(7);
    const kinds: Step[0][] = ['put', 'put', 'remove', 'lookup'];
    const steps = Array.from({ length: 20_000 }, (_, i): Step => {
      const bias = i % 4000 < 2000 ? 0 : 2;
      const kind = kinds[Math.min(3, rng.below(4 - bias) + bias)] ?? 'lookup';
      return [kind, rng.below(40), rng.below(4), rng.below(4), 1 + rng.below(2)];
    });
    run(steps, 100_000);
  });
});

describe('MegaflowTable.nextFrom()', () => {
  it('visits a flow that stays exactly once, whatever comes and goes meanwhile', () => {
    const table = new MegaflowTable();
    const rng = createRng(3);
    const mask = maskOfBits(0xffff, 0, 0);
    const key = (i: number): FlowKey => FlowKey.from(flowOf(i, 0, 0));
    for (let i = 0; i < 1000; i++) table.put(key(i), mask, []);
    const seen = new Map<FlowKey, number>();
    for (let handle = table.nextFrom(0); handle >= 0; handle = table.nextFrom(handle + 1)) {
      const visited = table.keyOf(handle);
      seen.set(visited, (seen.get(visited) ?? 0) + 1);
      table.put(key(1000 + rng.below(5000)), mask, []);
      const leaving = table.find(key(500 + rng.below(500)));
      if (leaving >= 0) table.remove(leaving);
    }
    for (let i = 0; i < 500; i++) {
      const handle = table.find(key(i));
      expect(seen.get(table.keyOf(handle))).toBe(1);
    }
  });
});

describe('MegaflowTable.put()', () => {
  it('holds the 200,000 flows that the default flow limit allows', () => {
    const table = new MegaflowTable();
    const mask = maskOfBits(0xffff_ffff, 0, 0);
    for (let i = 0; i < 200_000; i++) table.put(FlowKey.from(flowOf(i, 0, 0)), mask, []);
    expect(table.count).toBe(200_000);
    expect(table.lookup(flowOf(123_456, 9, 9))).toBe(
      table.find(FlowKey.from(flowOf(123_456, 0, 0))),
    );
  });
});

describe('MegaflowTable.rank()', () => {
  it('puts the mask with the most hits first, which decides where flows overlap', () => {
    const table = new MegaflowTable();
    const [wide, narrow] = [CHOICES[0], CHOICES[1]];
    if (wide === undefined || narrow === undefined) throw new Error('No masks');
    table.put(FlowKey.from(flowOf(1, 0, 0)), narrow, [output(1)]);
    table.put(FlowKey.from(flowOf(1, 3, 0)), wide, [output(2)]);
    const overlap = flowOf(1, 0, 0);
    expect(table.actions[table.lookup(overlap)]).toEqual([output(1)]);
    for (let i = 0; i < 5; i++) table.lookup(flowOf(1, 2, 0));
    table.rank();
    expect(table.actions[table.lookup(overlap)]).toEqual([output(2)]);
  });
});
