// @ts-check
/**
 * How to test a set of rules: a switch in the test's own process, and time that moves when told to.
 *
 * Run it: `npx vitest run examples/firewall.test.js`
 */

import { createSwitch, packet, VirtualClock } from 'upcall';
import { expect, it } from 'vitest';

const RULES = `
  priority=100, udp, tp_dst=53,             actions=output:2
  priority=90,  tcp, tp_dst=80, idle_timeout=5, actions=output:2
  priority=80,  arp,                        actions=FLOOD
  priority=0,                               actions=drop
`;
const DNS = packet('udp,nw_dst=10.0.0.2,tp_dst=53');
const WEB = packet('tcp,nw_dst=10.0.0.2,tp_dst=80,tcp_flags=+syn');
const SSH = packet('tcp,nw_dst=10.0.0.2,tp_dst=22,tcp_flags=+syn');

function setUp() {
  const clock = new VirtualClock({ start: 1_000 });
  const sw = createSwitch({ ports: 2, flows: RULES, clock });
  /** @type {number[]} */
  const out = [];
  sw.transmitted.subscribe((batch) => out.push(...batch.map(({ port }) => port.number)));
  return { clock, sw, out };
}

it('lets DNS pass and nothing else', async () => {
  const { sw, out } = setUp();
  sw.inject(1, DNS);
  sw.inject(1, SSH);
  await sw.settled();
  expect(out).toEqual([2]);
  await sw.stop();
});

it('forgets the web rule after five idle seconds', async () => {
  const { clock, sw, out } = setUp();
  sw.inject(1, WEB);
  await sw.settled();
  clock.advance(20_000);
  sw.inject(1, WEB);
  await sw.settled();
  expect(out).toEqual([2]);
  expect(sw.dumpFlows()).not.toContain('tp_dst=80');
  await sw.stop();
});

it('counts for each rule what it let pass', async () => {
  const { sw } = setUp();
  for (let i = 0; i < 10; i++) sw.inject(1, DNS);
  await sw.stop();
  const [dns] = sw.rules();
  expect(dns).toMatchObject({ match: 'udp,tp_dst=53', packets: 10 });
});
