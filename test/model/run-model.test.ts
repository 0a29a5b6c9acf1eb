import { describe, expect, it } from 'vitest';
import { Conviction } from '../../src/model/conviction.js';
import { coverageTable } from '../../src/model/coverage-table.js';
import { describeModel } from '../../src/model/describe-model.js';
import type { Driver } from '../../src/model/driver.js';
import { createModel } from '../../src/model/model.js';
import { runModel } from '../../src/model/run-model.js';
import { lampMachine } from './toy-machines.js';

interface LampEvent {
  readonly type: 'turn' | 'tilt';
}

const model = createModel({
  machine: lampMachine,
  events: [{ type: 'turn' }, { type: 'tilt' }],
  view: ({ value }) => value.light,
});

/** A lamp that does what it should for `turnsMax` turns. */
class Lamp implements Driver<LampEvent> {
  isOn = false;
  turns = 0;
  resets = 0;
  readonly #turnsMax: number;

  constructor(turnsMax = Number.POSITIVE_INFINITY) {
    this.#turnsMax = turnsMax;
  }

  reset(): void {
    this.isOn = false;
    this.turns = 0;
    this.resets++;
  }

  perform({ type }: LampEvent): void {
    if (type !== 'turn') return;
    this.turns++;
    if (this.turns <= this.#turnsMax) this.isOn = !this.isOn;
  }

  observe(): unknown {
    return this.isOn ? 'on' : 'off';
  }
}

async function convictionOf(driver: Driver<LampEvent>): Promise<Conviction> {
  try {
    await runModel(model, driver);
  } catch (error) {
    if (error instanceof Conviction) return error;
    throw error;
  }
  throw new Error('it was not convicted');
}

describe('runModel()', () => {
  it('reports what a thing that follows has covered, and resets it for each path', async () => {
    const lamp = new Lamp();
    const report = await runModel(model, lamp);
    expect(report).toMatchObject({ model: 'lamp', transitions: { covered: 4, total: 4 } });
    expect(lamp.resets).toBe(report.paths);
    expect(report.taken).toContain('light.off -- turn --> light.on');
  });

  it('convicts by the path, and shows what was seen after each step', async () => {
    const conviction = await convictionOf(new Lamp(1));
    expect(conviction).toMatchObject({ step: 2, expected: 'off', observed: 'on' });
    expect(conviction.message).toContain('step 2, turn, ends elsewhere');
    expect(conviction.message).toMatch(/ {2}1 {2}turn +'on' +'on'\n> 2 {2}turn +'off' +'on'\n/);
  });

  it('convicts a thing that is wrong from the start', async () => {
    const lamp = Object.assign(new Lamp(), { observe: () => 'broken' });
    expect(await convictionOf(lamp)).toMatchObject({ step: 0, expected: 'off' });
  });

  it('convicts with what a driver throws', async () => {
    const cause = new Error('no hands');
    const perform = () => Promise.reject(cause);
    const conviction = await convictionOf(Object.assign(new Lamp(), { perform }));
    expect(conviction).toMatchObject({ step: 1, observed: undefined, cause });
    expect(conviction.message).toContain('step 1, turn, cannot be performed');
    expect(conviction.message).toContain('(no hands)');
  });

  it('waits for each verb', async () => {
    const order: string[] = [];
    const later = async (word: string): Promise<void> => {
      await Promise.resolve();
      order.push(word);
    };
    const observe = async (): Promise<string> => {
      await later('observe');
      return 'off';
    };
    const slow = { reset: () => later('reset'), perform: () => later('perform'), observe };
    await expect(runModel(model, slow)).rejects.toThrow(Conviction);
    expect(order.slice(0, 4)).toEqual(['reset', 'observe', 'perform', 'observe']);
  });

  it('tells a driver what is to come', async () => {
    const seen: string[] = [];
    class Curious extends Lamp {
      override perform(event: LampEvent, upcoming: readonly LampEvent[] = []): void {
        super.perform(event);
        seen.push([event, ...upcoming].map(({ type }) => type).join(' '));
      }
    }
    await runModel(model, new Curious());
    expect(seen.slice(0, 2)).toEqual(['turn turn', 'turn']);
  });

  it('fails where the goal is missed, with what is missing', async () => {
    const half = createModel({
      machine: lampMachine,
      events: [{ type: 'turn' }],
      view: model.view,
    });
    await expect(runModel(half, new Lamp())).rejects.toThrow(
      /short of the goal[\s\S]*states: 5 of 6, without\n {2}head\.down\ntransitions: 2 of 4/,
    );
    await expect(runModel(half, new Lamp(), { goal: { states: 80 } })).resolves.toBeDefined();
  });
});

describe('describeModel()', () => {
  it('declares a test for each path, and one for the goal', async () => {
    const tests = new Map<string, () => void | Promise<void>>();
    const runner = {
      describe: (_: string, declare: () => void) => declare(),
      it: (name: string, run: () => void | Promise<void>) => void tests.set(name, run),
    };
    describeModel(runner, 'A lamp', { model, driver: new Lamp(1) });
    const outcomes = [...tests.values()].map(async (run) => run());
    const failed = (await Promise.allSettled(outcomes)).filter(
      ({ status }) => status !== 'fulfilled',
    );
    expect([...tests.keys()].at(-1)).toBe('has paths that reach the coverage goal');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(tests.size);
  });
});

describe('coverageTable()', () => {
  it('has a line for each report and names what is missing', async () => {
    const half = createModel({
      machine: lampMachine,
      events: [{ type: 'turn' }],
      view: model.view,
    });
    const report = await runModel(half, new Lamp(), { goal: {} });
    expect(coverageTable([{ subject: 'a lamp', ...report }])).toBe(
      [
        'model  against  paths  steps  states    transitions  guards both ways',
        'lamp   a lamp       1      2  5/6 83 %  2/4 50 %     -',
        'lamp: never in head.down',
        'lamp: never took head.up -- tilt --> head.down',
        'lamp: never took head.down -- tilt --> head.up',
        '',
      ].join('\n'),
    );
  });
});
