import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import type {
  RuleRef,
  TraceNoteKind,
  TraceText,
  XlateTrace,
} from '../../src/datapath/translator.js';
import type { Flow } from '../../src/packet/flow.js';
import { REGS } from '../../src/packet/flow-layout.js';
import { parseFlow } from '../../src/ofproto/flow-syntax.js';
import { BridgeFixture, stats } from './bridge-fixture.js';

const TCP = 'tcp,in_port=1,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=5,tp_dst=80';
const ADDRESSED = 'in_port=1,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02';

class TraceLines implements XlateTrace {
  readonly lines: string[] = [];
  readonly rules: RuleRef[] = [];

  table(depth: number, table: number, rule: RuleRef): void {
    this.rules.push(rule);
    this.#add(depth, `${table}: ${rule.text}`);
  }

  action(depth: number, text: TraceText): void {
    this.#add(depth, `  ${text()}`);
  }

  note(depth: number, text: TraceText, kind: TraceNoteKind): void {
    this.#add(depth, `  ${kind}: ${text()}`);
  }

  #add(depth: number, text: string): void {
    this.lines.push('    '.repeat(depth) + text);
  }
}

function traceOf(fixture: BridgeFixture, packet: string, mayLearn = false): TraceLines {
  const trace = new TraceLines();
  fixture.translate(packet, { trace, mayLearn });
  return trace;
}

describe('XlateTrace', () => {
  it('hears lookups, actions and resubmits with their depth', () => {
    const fixture = new BridgeFixture(
      'table=0,priority=5,tcp,actions=set_field:7->reg0,resubmit(,1),output:2',
      'table=1,reg0=7,actions=output:3',
    );
    expect(traceOf(fixture, TCP).lines).toEqual([
      '0: priority=5,tcp actions=set_field:0x7->reg0,resubmit(,1),output:2',
      '  set_field:0x7->reg0',
      '  resubmit(,1)',
      '    1: reg0=0x7 actions=output:3',
      '      output:3',
      '  output:2',
    ]);
  });

  it('names the hidden rule where no rule matches', () => {
    const { lines, rules } = traceOf(new BridgeFixture(), TCP);
    expect(lines).toEqual(['0: priority=0,reg0=0x2 actions=drop', '  drop']);
    expect(rules[0]).toMatchObject({ bridge: 'br0', table: 254, isHidden: true });
  });

  it('gives a rule one and the same name, and its successor another', () => {
    const fixture = new BridgeFixture('actions=output:2');
    const [first] = traceOf(fixture, TCP).rules;
    expect(traceOf(fixture, TCP).rules[0]).toBe(first);
    const { match, actions } = parseFlow('actions=output:3');
    fixture.bridge.tables.modify({ match }, { actions });
    expect(traceOf(fixture, TCP).rules[0]?.text).toBe('actions=output:3');
  });

  it('hears what NORMAL learns, moves and finds', () => {
    const fixture = new BridgeFixture('actions=NORMAL');
    expect(traceOf(fixture, ADDRESSED, true).lines.slice(2)).toEqual([
      '  detail: learned that 02:00:00:00:00:01 is on port p1 in VLAN 0',
      '  detail: no learned MAC for destination, flooding',
    ]);
    const answer = 'in_port=2,dl_src=02:00:00:00:00:02,dl_dst=02:00:00:00:00:01';
    expect(traceOf(fixture, answer, true).lines.at(-1)).toBe(
      '  detail: forwarding to learned port',
    );
    const moved = 'in_port=3,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02';
    expect(traceOf(fixture, moved, true).lines[2]).toBe(
      '  detail: learned that 02:00:00:00:00:01 is on port p3 in VLAN 0',
    );
  });

  it('hears why NORMAL drops', () => {
    const fixture = new BridgeFixture('actions=NORMAL');
    const reserved = 'in_port=1,dl_src=02:00:00:00:00:01,dl_dst=01:80:c2:00:00:00';
    expect(traceOf(fixture, reserved).lines).toContain(
      '  detail: packet has reserved destination MAC, dropping',
    );
    traceOf(fixture, ADDRESSED, true);
    const back = 'in_port=1,dl_src=02:00:00:00:00:03,dl_dst=02:00:00:00:00:01';
    expect(traceOf(fixture, back).lines.at(-1)).toBe(
      '  detail: learned port is input port, dropping',
    );
  });

  it('hears of outputs that are none', () => {
    const fixture = new BridgeFixture('actions=output:1,output:9,output:3,output:2');
    fixture.bridge.configurePort(ofpPort(3), { noForward: true });
    const notes = traceOf(fixture, TCP).lines.filter((line) => /: /.test(line.slice(2)));
    expect(notes).toEqual([
      '  warning: skipping output to input port',
      '  warning: Nonexistent output port',
      '  detail: OFPPC_NO_FWD set, skipping output',
    ]);
  });

  it('hears nothing more where the port takes nothing in', () => {
    const fixture = new BridgeFixture('actions=output:2');
    fixture.bridge.configurePort(ofpPort(1), { noReceive: true });
    expect(traceOf(fixture, TCP).lines).toEqual(['0: actions=output:2']);
  });

  it('hears of a translation that fails', () => {
    const { lines } = traceOf(new BridgeFixture('actions=resubmit(,0)'), TCP);
    expect(lines.at(-1)?.trim()).toBe('error: over max translation depth 64');
  });

  it('says after each step what has come of the packet, and what that hangs on', () => {
    const fixture = new BridgeFixture(
      'actions=set_field:7->reg0,resubmit(,1)',
      'table=1,actions=2',
    );
    const registers: (number | undefined)[] = [];
    const trace = Object.assign(new TraceLines(), {
      moved: (flow: Flow) => registers.push(flow[REGS]),
    });
    fixture.translate(TCP, { trace });
    expect(registers[0]).toBe(0);
    expect(registers.at(-1)).toBe(7);
  });

  it('changes neither answer nor credit', () => {
    const untold = new BridgeFixture('actions=NORMAL');
    const told = new BridgeFixture('actions=NORMAL');
    const request = { mayLearn: true, stats: stats(1) };
    const { actions } = untold.translate(ADDRESSED, request);
    expect(told.translate(ADDRESSED, { ...request, trace: new TraceLines() }).actions).toEqual(
      actions,
    );
    expect(told.rules[0]?.packets).toBe(1);
    expect(told.revalidations).toEqual(untold.revalidations);
  });
});

describe('OfprotoXlateCache.rules()', () => {
  it('lists each rule that a push reaches once', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=resubmit(,1),resubmit(,1)',
      'table=1,ip,actions=output:2',
    );
    const cache = fixture.cacheOf(TCP);
    expect(cache.rules?.().map(({ table, text }) => `${table} ${text}`)).toEqual([
      '0 actions=resubmit(,1),resubmit(,1)',
      '1 ip actions=output:2',
    ]);
    cache.clear();
    expect(cache.rules?.()).toEqual([]);
  });
});
