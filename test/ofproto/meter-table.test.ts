import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { DatapathMeters } from '../../src/datapath/meter-table.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { METER_ALL } from '../../src/ofproto/meter.js';
import { MeterTable } from '../../src/ofproto/meter-table.js';
import { MeterError } from '../../src/ofproto/meter-error.js';
import {
  formatMeter,
  formatMeterStats,
  parseMeter,
  parseMeterFile,
  parseMeterId,
} from '../../src/ofproto/meter-text.js';
import { formatFlow } from '../../src/ofproto/rule-text.js';
import { BridgeFixture } from './bridge-fixture.js';

class Meters extends BridgeFixture {
  add(text: string): void {
    this.bridge.meters.apply({ command: 'add', meter: parseMeter(text) });
  }

  modify(text: string): void {
    this.bridge.meters.apply({ command: 'modify', meter: parseMeter(text) });
  }

  delete(id: number): void {
    this.bridge.meters.apply({ command: 'delete', id });
  }

  get texts(): string[] {
    return this.bridge.meters.list().map(({ spec }) => formatMeter(spec));
  }

  get flows(): string[] {
    return this.bridge.tables.rules().map((rule) => formatFlow(rule));
  }
}

/** The name of the error that `task` throws; undefined: none. */
function refusal(task: () => void): string | undefined {
  try {
    task();
    return undefined;
  } catch (error) {
    if (error instanceof MeterError) return error.error;
    throw error;
  }
}

describe('MeterTable', () => {
  it('refuses a meter that the datapath has no room for', () => {
    const datapath = { add: () => 'EFBIG', set: () => {}, delete: () => {} } as const;
    const clock = new VirtualClock();
    const meters = new MeterTable({
      clock,
      datapath: Object.assign(new DatapathMeters(clock), datapath),
      deleting: () => {},
    });
    const meter = parseMeter('meter=1,kbps,bands=type=drop,rate=1000');
    expect(refusal(() => meters.apply({ command: 'add', meter }))).toBe('OFPMMFC_OUT_OF_METERS');
    expect(meters.list()).toEqual([]);
  });
});

describe('parseMeter()', () => {
  it('reads what ovs-ofctl reads, and formatMeter() writes it as ovs-ofctl does', () => {
    const text = 'meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=2000';
    const printed = 'meter=1 kbps burst stats bands=\ntype=drop rate=1000 burst_size=2000\n';
    expect(formatMeter(parseMeter(text))).toBe(printed);
    expect(parseMeter(printed)).toEqual(parseMeter(text));
    expect(formatMeter(parseMeter('meter=controller pktps band=type=drop rate=5'))).toBe(
      'meter=controller pktps bands=\ntype=drop rate=5\n',
    );
  });

  it('reads several bands', () => {
    const { bands } = parseMeter(
      'meter=3,kbps,bands=type=drop,rate=1 type=dscp_remark,rate=2,prec_level=1',
    );
    expect(bands).toEqual([
      { type: 'drop', rate: 1, burst: 0 },
      { type: 'dscp_remark', rate: 2, burst: 0, precedenceLevel: 1 },
    ]);
  });

  it.each([
    ['meter=3,pktps,bands=type=drop,rate=7,burst_size=4', 'the flag "burst"'],
    ['meter=4,bands=type=drop,rate=5', 'one of kbps and pktps'],
    ['meter=4,kbps,pktps,bands=type=drop,rate=5', 'one of kbps and pktps'],
    ['meter=6,kbps,bands=type=drop,rate=0', 'a rate of at least 1'],
    ['meter=7,kbps,bands=', 'at least one band'],
    ['meter=8,kbps', 'expected "bands="'],
    ['meter=0,kbps,bands=type=drop,rate=1', 'a meter from 1 to'],
    ['kbps,bands=type=drop,rate=1', 'expected "meter="'],
    ['meter=1,bogus,kbps,bands=type=drop,rate=1', 'one of kbps, pktps, burst, stats'],
    ['meter=1,kbps,bands=type=some,rate=1', 'drop or dscp_remark'],
    ['meter=1,kbps,bands=rate=1', '"type=" first'],
    ['meter=1,kbps,bands=type=drop,foo=7', 'type, rate, burst_size or prec_level'],
  ])('refuses "%s"', (text, expected) => {
    expect(() => parseMeter(text)).toThrow(expected);
  });

  it('reads which meter is meant', () => {
    expect(parseMeterId('meter=5')).toBe(5);
    expect(parseMeterId('')).toBe(METER_ALL);
    expect(() => parseMeterId('meter=5,kbps')).toThrow('only');
  });

  it('reads a file of meters', () => {
    const text = '# two\nmeter=1,kbps,bands=type=drop,rate=1\n\nmeter=2,bogus\n';
    expect(() => parseMeterFile('m.txt', text)).toThrow('m.txt:4:');
    expect(parseMeterFile('m.txt', text.slice(0, -14))).toHaveLength(1);
  });
});

describe('MeterTable', () => {
  it('adds, modifies and deletes', () => {
    const meters = new Meters();
    meters.add('meter=2,pktps,bands=type=drop,rate=5');
    meters.add('meter=1,kbps,burst,bands=type=drop,rate=5,burst_size=9');
    meters.modify('meter=2,kbps,bands=type=drop,rate=100');
    expect(meters.texts).toEqual([
      'meter=1 kbps burst bands=\ntype=drop rate=5 burst_size=9\n',
      'meter=2 kbps bands=\ntype=drop rate=100\n',
    ]);
    meters.delete(77);
    meters.delete(1);
    expect(meters.texts).toHaveLength(1);
    meters.delete(METER_ALL);
    expect(meters.texts).toEqual([]);
  });

  it('refuses as OVS does', () => {
    const meters = new Meters();
    const band = 'bands=type=drop,rate=1';
    meters.add(`meter=1,kbps,${band}`);
    expect(refusal(() => meters.add(`meter=1,kbps,${band}`))).toBe('OFPMMFC_METER_EXISTS');
    expect(refusal(() => meters.modify(`meter=2,kbps,${band}`))).toBe('OFPMMFC_UNKNOWN_METER');
    const many = `meter=2,kbps,${band}${' type=drop,rate=1'.repeat(8)}`;
    expect(refusal(() => meters.add(many))).toBe('OFPMMFC_OUT_OF_BANDS');
    const remark = 'meter=2,kbps,bands=type=dscp_remark,rate=5,prec_level=1';
    expect(refusal(() => meters.add(remark))).toBe('OFPMMFC_BAD_BAND');
    const spec = parseMeter(`meter=2,kbps,${band}`);
    const add = (change: object) =>
      refusal(() => meters.bridge.meters.apply({ command: 'add', meter: { ...spec, ...change } }));
    expect(add({ id: 0 })).toBe('OFPMMFC_INVALID_METER');
    expect(add({ id: METER_ALL })).toBe('OFPMMFC_INVALID_METER');
    expect(add({ unit: undefined })).toBe('OFPMMFC_BAD_FLAGS');
    expect(add({ bands: [] })).toBe('OFPMMFC_OUT_OF_BANDS');
    expect(add({ bands: [{ type: 'drop', rate: 0, burst: 0 }] })).toBe('OFPMMFC_BAD_RATE');
    expect(add({})).toBeUndefined();
  });

  it('asks for revalidation when a meter comes or goes, not when its bands change', () => {
    const meters = new Meters();
    meters.add('meter=1,pktps,bands=type=drop,rate=5');
    expect(meters.revalidations).toEqual(['flow_table']);
    meters.modify('meter=1,pktps,bands=type=drop,rate=6');
    expect(meters.revalidations).toEqual(['flow_table']);
    meters.delete(1);
    expect(meters.revalidations).toEqual(['flow_table', 'flow_table']);
  });

  it('deletes the rules that send packets through it, and says why', () => {
    const meters = new Meters();
    meters.add('meter=1,pktps,bands=type=drop,rate=5');
    const reasons: string[] = [];
    meters.bridge.tables.removals.subscribe(({ reason }) => reasons.push(reason));
    meters.addFlow('tcp,actions=meter:1,output:2');
    meters.addFlow('udp,actions=output:2');
    meters.delete(1);
    expect(meters.flows).toEqual(['udp actions=output:2']);
    expect(reasons).toEqual(['meter_delete']);
  });

  it('leaves rules whose packet-ins it limits, which are then limited no more', () => {
    const meters = new Meters();
    meters.add('meter=1,pktps,bands=type=drop,rate=5');
    meters.addFlow('actions=controller(meter_id=1)');
    expect(meters.actions('in_port=1,tcp')).toContain('meter(0),userspace');
    meters.delete(1);
    expect(meters.flows).toHaveLength(1);
    expect(meters.actions('in_port=1,tcp')).not.toContain('meter');
  });

  it('lets rules use meters that exist only', () => {
    const meters = new Meters();
    expect(() => meters.addFlow('tcp,actions=meter:1,output:2')).toThrow('there is no meter 1');
  });

  it('tells statistics as meter-stats does', () => {
    const meters = new Meters();
    meters.add('meter=1,pktps,bands=type=drop,rate=5');
    const meter = meters.bridge.meters.get(1);
    if (meter === undefined) throw new Error('no meter');
    meters.clock.advance(1485);
    const options = { users: 1, now: meters.clock.now() };
    expect(formatMeterStats(meter, meters.bridge.meters.statsOf(meter), options)).toBe(
      'meter:1 flow_count:1 packet_in_count:0 byte_in_count:0 duration:1.485s bands:\n' +
        '0: packet_count:0 byte_count:0\n',
    );
  });

  it('becomes an action of the datapath, with a number of its own there', () => {
    const meters = new Meters();
    meters.add('meter=7,pktps,bands=type=drop,rate=5');
    meters.add('meter=3,pktps,bands=type=drop,rate=5');
    meters.addFlow('actions=meter:3,output:2');
    const { actions } = meters.translate('in_port=1,tcp');
    expect(formatOdpActions(actions)).toBe('meter(1),2');
  });
});
