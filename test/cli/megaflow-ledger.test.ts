import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { MegaflowLedger } from '../../src/cli/megaflow-ledger.js';
import { createSwitch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';

const FLOWS = 'priority=2,udp,tp_dst=53,actions=output:2\npriority=1,arp,actions=drop';

/** Runs packets through a switch with a ledger for two flows, and stops it. */
async function run(rounds: readonly string[][]) {
  const clock = new VirtualClock({ start: 1_000 });
  const sw = createSwitch({ ports: 2, flows: FLOWS, clock });
  const ledger = new MegaflowLedger(sw.events, 2);
  for (const packets of rounds) {
    for (const terms of packets) {
      sw.inject(1, packet(terms));
      await sw.settled();
    }
    clock.advance(20_000);
  }
  await sw.stop();
  return ledger;
}

describe('MegaflowLedger', () => {
  it('ranks by packets and by width, deleted flows included', async () => {
    const dns = 'udp,tp_dst=53';
    const ledger = await run([[dns, dns, dns, dns], ['udp,tp_dst=54', 'udp,tp_dst=54'], ['arp']]);
    expect(ledger.busiest.map(({ packets }) => packets)).toEqual([3, 1]);
    expect(ledger.busiest[0]?.key).toContain('udp(dst=53)');
    expect(ledger.widest[0]?.key).toContain('eth_type(0x0806)');
  });

  it('shows a flow once, with its better life', async () => {
    const ledger = await run([['arp', 'arp'], ['arp', 'arp', 'arp'], ['arp']]);
    expect(ledger.busiest.map(({ packets }) => packets)).toEqual([2]);
    expect(ledger.widest).toHaveLength(1);
  });
});
