import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { REPLAY_START_MS, ReplayRun } from '../../src/cli/replay-run.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { captureOf, frameFrom } from './captures.js';

const FLOWS = [
  'priority=5,dl_src=02:00:00:00:00:03,idle_timeout=30,actions=FLOOD',
  'priority=5,dl_src=02:00:00:00:00:04,hard_timeout=700,actions=FLOOD',
  'priority=0,actions=NORMAL',
].join('\n');

/** Stretches in which flows idle out, rules expire and addresses age, and some that are empty. */
const TIMES_MS = [0, 3, 3, 700, 15_000, 15_001, 60_000, 400_000, 400_250, 2_000_000, 9_000_000];
const SOURCES = [1, 2, 1, 3, 4, 1, 2, 1, 4, 3, 2];

function setUp() {
  const clock = new VirtualClock({ start: REPLAY_START_MS });
  const target = createSwitch({ ports: 4, flows: FLOWS, clock });
  const capture = captureOf('a', SOURCES.map(frameFrom), TIMES_MS);
  return { clock, target, packets: mergeCaptures([capture]), ports: Uint16Array.from(SOURCES) };
}

/** Everything that anybody can see of a switch. */
function stateOf(target: Switch) {
  return {
    status: target.udpif.status(),
    rules: target.rules(),
    megaflows: target.dumpMegaflows(),
    coverage: target.coverage.toJSON(),
    conservation: target.conservation(),
    ports: target.ports.map(({ stats }) => ({ ...stats })),
  };
}

describe('ReplayRun.advanceTo()', () => {
  it('leaves behind what running every cycle would have', () => {
    const fast = setUp();
    const run = new ReplayRun({ ...fast, captureCount: 1 });
    const slow = setUp();
    for (const [i, elapsed] of slow.packets.elapsedMs.entries()) {
      const time = REPLAY_START_MS + elapsed;
      run.advanceTo(time);
      slow.clock.advanceTo(time);
      if (run.done === i) run.enterDue();
      slow.target.inject(slow.ports[i] ?? 0, slow.packets.data[i] ?? new Uint8Array());
      slow.clock.runDue();
    }
    expect(stateOf(fast.target)).toEqual(stateOf(slow.target));
    expect(fast.target.udpif.status().cycles).toBeGreaterThan(10_000);
  });

  it('crosses a stretch without flows in one step', () => {
    const { clock, target, packets, ports } = setUp();
    const run = new ReplayRun({ packets, ports, captureCount: 1, clock, target });
    let crossed = 0;
    target.events.subscribe((event) => {
      if (event.type === 'idle.crossed') crossed += event.cycles;
    });
    run.advanceTo(REPLAY_START_MS + 1_000_000_000);
    expect(crossed).toBeGreaterThan(1_999_900);
  });
});

describe('ReplayRun.step()', () => {
  it('does what a whole replay does, a task or a burst at a time', () => {
    const whole = setUp();
    const run = new ReplayRun({ ...whole, captureCount: 1 });
    for (let time = run.nextTime; time !== undefined; time = run.nextTime) {
      run.advanceTo(time);
      run.enterDue();
    }
    const stepped = setUp();
    const steps = new ReplayRun({ ...stepped, captureCount: 1 });
    let count = 0;
    while (steps.step()) count++;
    expect(count).toBeGreaterThan(500);
    expect(stepped.clock.now()).toBe(whole.clock.now());
    expect(stateOf(stepped.target)).toEqual(stateOf(whole.target));
    expect(steps.counts).toEqual(run.counts);
    expect([steps.history.flows, steps.history.masks]).toEqual([
      run.history.flows,
      run.history.masks,
    ]);
    expect(steps.step()).toBe(false);
  });

  it('runs one task of the clock, however many are due', () => {
    const { clock, target, packets, ports } = setUp();
    const run = new ReplayRun({ packets, ports, captureCount: 1, clock, target });
    while (run.done === 0) run.step();
    const ran: number[] = [];
    for (let i = 0; i < 3; i++) clock.setTimeout(() => ran.push(i), 0);
    while (ran.length === 0) run.step();
    expect(ran).toEqual([0]);
  });
});

describe('ReplayRun.enterDue()', () => {
  it('receives in the order of the capture, also across ports', () => {
    const clock = new VirtualClock({ start: REPLAY_START_MS });
    const target = createSwitch({ ports: 2, flows: 'actions=in_port', clock });
    const capture = captureOf('a', [1, 2, 2, 1].map(frameFrom), [0, 0, 0, 0]);
    const ports = Uint16Array.of(1, 2, 2, 1);
    const packets = mergeCaptures([capture]);
    const out: number[] = [];
    target.transmitted.subscribe((batch) => out.push(...batch.map(({ port }) => port.number)));
    new ReplayRun({ packets, ports, captureCount: 1, clock, target }).enterDue();
    expect(out).toEqual([1, 2, 2, 1]);
  });

  it('lets a burst of any size through without a loss', () => {
    const clock = new VirtualClock({ start: REPLAY_START_MS });
    const target = createSwitch({ ports: 1, clock });
    const frames = Array.from({ length: 500 }, (_, i) => {
      const frame = frameFrom(1);
      frame.set([2, i >> 8, i & 0xff], 0);
      return frame;
    });
    const capture = captureOf(
      'a',
      frames,
      frames.map(() => 0),
    );
    const packets = mergeCaptures([capture]);
    const ports = new Uint16Array(500).fill(1);
    const run = new ReplayRun({ packets, ports, captureCount: 1, clock, target });
    run.enterDue();
    expect(run.done).toBe(500);
    expect(target.datapath.getStats()).toMatchObject({ missed: 500, lost: 0, flows: 500 });
  });
});
