import { describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import type { RuleRef, XlateTrace } from '../../src/datapath/translator.js';
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

  action(depth: number, text: () => string): void {
    this.#add(depth, `  ${text()}`);
  }

  note(depth: number, text: () => string): void {
    this.#add(depth, `  # ${text()}`);
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
    expect(lines).toEqual([
      '0: priority=0,reg0=0x2 actions=drop',
      '  # dropped: no action sends it anywhere',
    ]);
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
      '  # NORMAL: learns 02:00:00:00:00:01 in VLAN 0, port 1',
      '  # NORMAL: floods, the destination is unknown',
    ]);
    const answer = 'in_port=2,dl_src=02:00:00:00:00:02,dl_dst=02:00:00:00:00:01';
    expect(traceOf(fixture, answer, true).lines.at(-1)).toBe(
      '  # NORMAL: the destination is at port 1',
    );
    const moved = 'in_port=3,dl_src=02:00:00:00:00:01,dl_dst=02:00:00:00:00:02';
    expect(traceOf(fixture, moved, true).lines[2]).toBe(
      '  # NORMAL: moves 02:00:00:00:00:01 in VLAN 0, port 3',
    );
  });

  it('hears why NORMAL drops', () => {
    const fixture = new BridgeFixture('actions=NORMAL');
    const reserved = 'in_port=1,dl_src=02:00:00:00:00:01,dl_dst=01:80:c2:00:00:00';
    expect(traceOf(fixture, reserved).lines).toContain(
      '  # NORMAL: dropped, the address is reserved for neighbours',
    );
    traceOf(fixture, ADDRESSED, true);
    const back = 'in_port=1,dl_src=02:00:00:00:00:03,dl_dst=02:00:00:00:00:01';
    expect(traceOf(fixture, back).lines.at(-2)).toBe(
      '  # NORMAL: dropped, the destination is where it came from',
    );
  });

  it('hears of outputs that are none', () => {
    const fixture = new BridgeFixture('actions=output:1,output:9,output:3,output:2');
    fixture.bridge.configurePort(ofpPort(3), { noForward: true });
    const notes = traceOf(fixture, TCP).lines.filter((line) => line.includes('#'));
    expect(notes).toEqual([
      '  # no output to where it came from',
      '  # no output to port 9: the bridge has no such port',
      '  # no output to port 3: it forwards nothing (no_forward)',
    ]);
  });

  it('hears of a port that receives nothing', () => {
    const fixture = new BridgeFixture('actions=output:2');
    fixture.bridge.configurePort(ofpPort(1), { noReceive: true });
    expect(traceOf(fixture, TCP).lines[1]).toBe(
      '  # dropped: port 1 receives nothing (no_receive)',
    );
  });

  it('hears of a translation that fails', () => {
    const { lines } = traceOf(new BridgeFixture('actions=resubmit(,0)'), TCP);
    expect(lines.at(-1)?.trim()).toBe(
      '# dropped: rules called one another 64 deep into the same or an earlier table ' +
        '(recursion_too_deep)',
    );
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
