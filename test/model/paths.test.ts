import { describe, expect, it } from 'vitest';
import { createModel } from '../../src/model/model.js';
import { ModelCoverage } from '../../src/model/model-coverage.js';
import { pathsOf, stateName, type Thoroughness } from '../../src/model/paths.js';
import { reportOn } from '../../src/model/run-model.js';
import { type DoorEvent, doorMachine, lampMachine } from './toy-machines.js';

const doorEvents: readonly DoorEvent[] = [
  { type: 'door.open' },
  { type: 'door.close' },
  { type: 'door.lock', code: 7 },
  { type: 'door.lock', code: 0 },
  { type: 'door.kick' },
];

const doorModel = createModel({
  machine: doorMachine,
  events: doorEvents,
  abstraction: ({ context }) => Math.min(context.kicks, 2),
});

const lampModel = createModel({
  machine: lampMachine,
  events: [{ type: 'turn' }, { type: 'tilt' }],
});

const reportFor = (thoroughness: Thoroughness) =>
  reportOn(doorModel, pathsOf(doorModel, thoroughness));

describe('pathsOf()', () => {
  it('covers guards of every kind both ways, delays, and states that are left at once', () => {
    const { states, transitions, guards } = reportFor('transitions');
    expect([states.missing, transitions.missing, guards.missing]).toEqual([[], [], []]);
    expect(states.total).toBe(6);
    expect(transitions.total).toBe(9);
    expect(guards.total).toBe(4);
  });

  it('makes an event of a delay', () => {
    const types = pathsOf(doorModel).flatMap(({ steps }) => steps.map(({ event }) => event.type));
    expect(types).toContain('xstate.after.5000.door.open');
  });

  it('covers transitions, heeded steps, all steps: more each time', () => {
    const [transitions = 0, steps = 0, all = 0] = (['transitions', 'steps', 'all'] as const).map(
      (level) => reportFor(level).steps,
    );
    expect(transitions).toBeLessThan(steps);
    expect(steps).toBeLessThan(all);
  });

  it('covers all states and no more by situations alone', () => {
    const { states, transitions } = reportFor('states');
    expect(states.missing).toEqual([]);
    expect(transitions.missing).not.toEqual([]);
  });

  it('has no path that is the beginning of another', () => {
    for (const level of ['states', 'transitions', 'steps', 'all'] as const) {
      const keys = pathsOf(doorModel, level).map(({ steps }) =>
        steps.map(({ event }) => `${JSON.stringify(event)};`).join(''),
      );
      const beginnings = keys.filter((key) =>
        keys.some((other) => other !== key && other.startsWith(key)),
      );
      expect(beginnings).toEqual([]);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('is one walk, whatever the abstraction leaves out', () => {
    for (const { start, steps } of pathsOf(doorModel)) {
      let { snapshot } = start;
      for (const step of steps) {
        snapshot = doorModel.step(snapshot, step.event).snapshot;
        expect(step.snapshot.context).toEqual(snapshot.context);
        expect(step.snapshot.value).toEqual(snapshot.value);
      }
    }
  });

  it('asks nothing of a machine that is done', () => {
    const ends = pathsOf(doorModel, 'all').flatMap(({ steps }) => steps.slice(0, -1));
    expect(ends.filter(({ snapshot }) => snapshot.status !== 'active')).toEqual([]);
  });

  it('walks regions side by side', () => {
    const paths = pathsOf(lampModel);
    expect(reportOn(lampModel, paths).transitions).toMatchObject({ covered: 4, total: 4 });
    expect(paths.map(({ name }) => name)).toContain('(light.on, head.down) < turn');
  });

  it('takes the same machine twice, and leaves it as it was', () => {
    const entries = () => Object.values(doorMachine.root.states).map(({ entry }) => entry.length);
    const before = entries();
    createModel({ machine: doorMachine, events: doorEvents });
    expect(entries()).toEqual(before);
    expect(reportFor('steps').transitions.missing).toEqual([]);
  });

  it('says what to do about a machine without end', () => {
    const endless = createModel({
      machine: lampMachine,
      events: [{ type: 'turn' }],
      abstraction: ({ context }) => context.turns,
      stepsMax: 100,
    });
    expect(() => pathsOf(endless)).toThrow(
      /"lamp" within 100 steps: let its abstraction tell fewer/,
    );
  });
});

describe('ModelCoverage.report()', () => {
  it('names what is missing, and how a guard never answered', () => {
    const coverage = new ModelCoverage(doorModel.marked);
    const start = doorModel.start();
    coverage.add(start.trace);
    coverage.add(doorModel.step(start.snapshot, { type: 'door.lock', code: 7 }).trace);
    const { states, transitions, guards } = coverage.report();
    expect(states).toMatchObject({ covered: 3, missing: ['open', 'creaking', 'broken'] });
    expect(transitions.missing).toContain('closed.unlocked -- door.open --> open');
    expect(guards.missing).toContain(
      'closed.unlocked -- door.lock [isCode] --> closed.locked: never false',
    );
  });
});

describe('stateName()', () => {
  it('is a path, or one for each region', () => {
    expect(stateName('stopped')).toBe('stopped');
    expect(stateName({ running: { cycling: 'fast' } })).toBe('running.cycling.fast');
    expect(stateName({ a: 'x', b: 'y' })).toBe('(a.x, b.y)');
  });
});
