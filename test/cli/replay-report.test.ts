import { describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/cli/replay-document.js';
import { ReplayHistory } from '../../src/cli/replay-history.js';
import { formatReport } from '../../src/cli/replay-report.js';

const DOCUMENT: ReplayDocument = {
  profile: 'current',
  captures: [
    { file: 'a.pcap', packets: 3, bytes: 300, timeReversals: 1, error: 'Cannot read "a.pcap"' },
  ],
  ports: [{ name: 'p', number: 1, rxPackets: 3, rxBytes: 300, txPackets: 2, txBytes: 200 }],
  datapath: {
    lookups: { hit: 1, missed: 1, lost: 0, invalid: 1 },
    masks: 1,
    masksMaximum: 2,
    flows: [],
  },
  udpif: {
    flows: { current: 1, average: 2, maximum: 3, limit: 10_000 },
    dumpDurationMs: 4,
    cycles: 5,
    ukeys: 1,
    deleted: { purge: 7, flow_idle: 6 },
  },
  openflow: [
    { table: 0, priority: 0, match: '', actions: 'NORMAL', packets: 2, bytes: 200, hidden: false },
    { table: 0, priority: 9, match: 'ip', actions: 'drop', packets: 0, bytes: 0, hidden: true },
  ],
  groups: [],
  meters: [],
  coverage: {},
  conservation: {
    packetsIn: 3,
    bytesIn: 300,
    packetsRecirculated: 0,
    bytesRecirculated: 0,
    packetsCredited: 2,
    bytesCredited: 200,
    ok: true,
  },
  outlived: { flows: 0, packets: 0, bytes: 0 },
};

function reportOf(document: ReplayDocument = DOCUMENT): string {
  const history = new ReplayHistory(2_000);
  history.sample(0, 1, 1);
  const narrow = { key: 'narrow', packets: 9, bytes: 90, actions: '1', exactBits: 64 };
  const wide = { key: 'wide', packets: 1, bytes: 10, actions: '2', exactBits: 32 };
  const ledger = { widest: [wide, narrow], busiest: [narrow, wide] };
  return formatReport({ document, history, ledger });
}

describe('formatReport()', () => {
  it('names every section', () => {
    const titles = reportOf()
      .split('\n')
      .filter((line) => /^[A-Z]/.test(line));
    expect(titles).toEqual([
      'What came in',
      'Datapath',
      'Over time',
      'Widest megaflows',
      'Busiest megaflows',
      'Why flows were deleted',
      'Revalidation',
      'Rules',
      'Ports',
      'Conservation',
    ]);
  });

  it('says where a capture was cut short', () => {
    expect(reportOf()).toContain('  cut short: Cannot read "a.pcap"\n');
  });

  it('shows megaflows in the order that it is given', () => {
    const [, wide = '', busy = ''] = /Widest(.*)Busiest(.*)Why/s.exec(reportOf()) ?? [];
    expect(wide.indexOf('wide')).toBeLessThan(wide.indexOf('narrow'));
    expect(busy.indexOf('narrow')).toBeLessThan(busy.indexOf('wide'));
  });

  it('explains the reasons in the order of their numbers', () => {
    expect(reportOf()).toMatch(/flow_idle +6 +Flow idle timeout\n +purge +7 /);
  });

  it('leaves out a hidden rule that nothing met', () => {
    expect(reportOf()).not.toContain('priority=9');
  });

  it('says so when packets are not accounted for', () => {
    const conservation = { ...DOCUMENT.conservation, ok: false };
    expect(reportOf({ ...DOCUMENT, conservation })).toContain('NOT every packet');
    const outlived = { flows: 2, packets: 1, bytes: 100 };
    const old = reportOf({ ...DOCUMENT, profile: 'ovs-2.3', conservation, outlived });
    expect(old).toContain('as in Open vSwitch 2.3: 1 are in 2 flows that outlived the stop (B-01)');
  });
});

describe('ReplayHistory', () => {
  it('remembers the highest value of a span and fills gaps with the one before', () => {
    const history = new ReplayHistory(60);
    history.sample(0, 5, 1);
    history.sample(0.5, 3, 1);
    history.sample(2, 1, 1);
    expect(history.flows.slice(0, 4)).toEqual([5, 5, 1, 1]);
  });
});
