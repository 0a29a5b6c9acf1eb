import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Coverage } from '../../src/base/coverage.js';
import { silentLog } from '../../src/base/log.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { edgesOf } from '../../src/machines/machine-edges.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { CATCH_ALL } from '../../src/ofproto/match.js';
import { FAIL_OPEN_PRIORITY, FailMode } from '../../src/openflow/fail-mode.js';
import { failModeMachine } from '../../src/openflow/fail-mode-machine.js';
import type { OfpMessage } from '../../src/openflow/message.js';
import { flowSpec } from '../ofproto/rule-arbitrary.js';

const said = (type: OfpMessage['type']): OfpMessage => ({
  version: 4,
  typeNumber: 0,
  type,
  xid: 1,
  bytes: new Uint8Array(8),
});

/** A bridge in fail mode "standalone", with probes every 5 s. */
function setUp() {
  const clock = new VirtualClock();
  const tables = new FlowTables({ clock, coverage: new Coverage() });
  let nudges = 0;
  const nudge = (): void => void nudges++;
  const failMode = new FailMode({ tables, clock, log: silentLog, probeMs: 5000, nudge });
  const priorities = (): number[] => tables.rules().map(({ priority }) => priority);
  const hidden = (): number[] => tables.hiddenRules().map(({ priority }) => priority);
  return { clock, tables, failMode, priorities, hidden, nudges: () => nudges };
}

/** The same with a controller that has added a rule, and has been silent since. */
function setUpGuided() {
  const made = setUp();
  made.failMode.addController();
  const watch = made.failMode.watch();
  watch.heard(said('flow_mod'));
  made.tables.add(flowSpec(CATCH_ALL, { priority: 7 }));
  return { ...made, watch };
}

describe('FailMode', () => {
  it('forwards by a visible rule where there is no controller', () => {
    const { tables, failMode, hidden } = setUp();
    const [rule, ...others] = tables.rules();
    expect(others).toEqual([]);
    expect(rule).toMatchObject({ priority: 0, table: 0, actions: [{ port: 0xfffa }] });
    expect([failMode.state, hidden()]).toEqual(['alone', []]);
  });

  it('forgets all rules when a controller is added', () => {
    const { failMode, priorities } = setUp();
    failMode.addController();
    expect([failMode.state, priorities()]).toEqual(['waiting', []]);
  });

  it('forwards by a hidden rule when no controller has answered for three probe intervals', () => {
    const { failMode, clock, hidden } = setUp();
    failMode.addController();
    clock.advance(14_999);
    expect(hidden()).toEqual([]);
    clock.advance(1);
    expect([failMode.state, hidden()]).toEqual(['open', [FAIL_OPEN_PRIORITY]]);
  });

  it('counts the silence from the last word of the controller that was lost', () => {
    const { clock, watch, failMode, priorities } = setUpGuided();
    clock.advance(60_000);
    watch.heard(said('echo_reply'));
    clock.advance(4000);
    watch.ended();
    clock.advance(10_999);
    expect([failMode.state, priorities()]).toEqual(['waiting', [7]]);
    clock.advance(1);
    expect([failMode.state, priorities()]).toEqual(['open', []]);
  });

  it('keeps the rules of a controller that is back in time', () => {
    const { clock, watch, failMode, priorities } = setUpGuided();
    watch.ended();
    clock.advance(10_000);
    failMode.watch().heard(said('barrier_request'));
    clock.advance(60_000);
    expect([failMode.state, priorities()]).toEqual(['guided', [7]]);
  });

  it('goes on as long as one of several controllers is there', () => {
    const { clock, watch, failMode } = setUpGuided();
    const other = failMode.watch();
    other.heard(said('role_request'));
    watch.ended();
    clock.advance(60_000);
    expect(failMode.state).toBe('guided');
    other.ended();
    expect(failMode.state).toBe('waiting');
  });

  it('hands back to a controller that says what only one says who lets us in', () => {
    const { clock, failMode, hidden } = setUp();
    failMode.addController();
    clock.advance(15_000);
    const watch = failMode.watch();
    for (const type of ['features_request', 'set_config', 'echo_request'] as const) {
      watch.heard(said(type));
    }
    expect(hidden()).toEqual([FAIL_OPEN_PRIORITY]);
    watch.heard(said('packet_out'));
    expect([failMode.state, hidden()]).toEqual(['guided', []]);
  });

  it('believes in a controller that has been connected for half a minute', () => {
    const { clock, failMode } = setUp();
    failMode.addController();
    const watch = failMode.watch();
    clock.advance(29_999);
    watch.heard(said('echo_request'));
    expect(failMode.state).toBe('open');
    clock.advance(1);
    watch.heard(said('echo_request'));
    expect(failMode.state).toBe('guided');
  });

  it('nudges while it forwards by itself, every two seconds', () => {
    const { clock, failMode, nudges } = setUp();
    failMode.addController();
    clock.advance(15_000 + 6000);
    expect(nudges()).toBe(3);
    failMode.watch().heard(said('flow_mod'));
    clock.advance(60_000);
    expect(nudges()).toBe(3);
  });

  it('leaves no timer and no hidden rule behind', () => {
    const { clock, failMode, hidden } = setUp();
    failMode.addController();
    clock.advance(15_000);
    failMode.close();
    expect([hidden(), clock.nextDeadline()]).toEqual([[], undefined]);
  });
});

describe('failModeMachine', () => {
  it('has the arrows that are drawn in its header, and no others', () => {
    const path = new URL('../../src/openflow/fail-mode-machine.ts', import.meta.url);
    const [, drawn = ''] = /```states\n(.*?)\n \* ```/s.exec(readFileSync(path, 'utf8')) ?? [];
    const arrows = edgesOf(failModeMachine).map(
      ({ source, event, target }) => `${source} -- ${event} --> ${target}`,
    );
    const lines = drawn.split('\n').map((line) => line.replace(/^ \* /, '').replace(/ +/g, ' '));
    expect(arrows.toSorted()).toEqual(lines.toSorted());
  });
});
