/**
 * Soundness of what is installed: a megaflow answers for every packet that agrees with it on its
 * mask, so each of those must translate to its actions, and depend on no bit that it ignores.
 */

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRng, type Rng } from '../src/base/rng.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import type { DumpedFlow } from '../src/datapath/dpif.js';
import { exactMask, Mask } from '../src/datapath/mask.js';
import type { OdpActions } from '../src/datapath/odp-actions.js';
import { odpActionsEqual } from '../src/datapath/odp-actions.js';
import { formatOdpActions } from '../src/datapath/odp-actions-text.js';
import { formatOdpFlow } from '../src/datapath/odp-key-text.js';
import type { Translator } from '../src/datapath/translator.js';
import { openCapture } from '../src/packet/capture-reader.js';
import { composePacket } from '../src/packet/compose.js';
import { extractFlow } from '../src/packet/extract.js';
import { createFlow, type Flow, flowMatches } from '../src/packet/flow.js';
import * as L from '../src/packet/flow-layout.js';
import { createSwitch, type Switch } from '../src/switch.js';
import { sharedCapture } from './cli/shared-captures.js';

const PACKETS_EACH = 20;
const TRIES_EACH = 400;
const PORT_COUNT = 8;

const FOUR_TABLES = readFileSync(new URL('fixtures/four-tables.flows', import.meta.url), 'utf8');
const CAPTURES = [
  new URL('../captures/bundled.pcap', import.meta.url).pathname,
  ...[
    'mixed/mixed-apps-a.pcap',
    'mixed/snabb-sanitized4k.pcap',
    'malformed/malformed-ether-a.pcap',
    'l3/zeek-icmp6.pcap',
  ].map(sharedCapture),
].filter((path) => existsSync(path));

interface Installed {
  readonly key: Flow;
  readonly mask: Mask;
  readonly actions: OdpActions;
}

/** A switch that has seen a capture, and has revalidated with no change pending. */
async function switchAfter(path: string, flows: string) {
  const clock = new VirtualClock({ start: 1_000_000 });
  let translator: Translator | undefined;
  const sw = createSwitch({
    ports: PORT_COUNT,
    flows,
    clock,
    wrapTranslator: (inner) => {
      translator = inner;
      return inner;
    },
  });
  let count = 0;
  for (const { data } of openCapture(path)) {
    sw.inject(1 + portOf(data), data);
    if (++count % 32 === 0) await sw.settled();
  }
  await sw.settled();
  // A revalidation may push counters that teach NORMAL something new, and so ask for another one.
  while (sw.udpif.isRevalidationPending) await sw.revalidated();
  if (translator === undefined) throw new Error('the switch made no translator');
  return { sw, translator };
}

/** One port a source address, so that learning makes sense. */
function portOf(data: Uint8Array): number {
  return ((data[9] ?? 0) ^ (data[10] ?? 0) ^ (data[11] ?? 0)) % PORT_COUNT;
}

function installedFlows(sw: Switch): Installed[] {
  const installed: Installed[] = [];
  const dump = sw.datapath.flowDumpStart();
  const thread = dump.thread();
  for (let batch = thread.next(50); batch.length > 0; batch = thread.next(50)) {
    installed.push(...batch.map(toInstalled));
  }
  thread.end();
  dump.done();
  return installed;
}

function toInstalled({ key, mask, actions }: DumpedFlow): Installed {
  return { key: key.toFlow(), mask: mask ?? exactMask(L.DP_START), actions };
}

function isSlow({ actions }: Installed): boolean {
  return actions.some(
    (action) => action.type === 'userspace' && action.cookie.type === 'slow_path',
  );
}

/** A packet that could really come and that agrees with `flow` on its mask; undefined: bad luck. */
function agreeingPacket({ key, mask }: Installed, rng: Rng): Flow | undefined {
  const wild = createFlow();
  for (let i = L.DL_DST; i < L.FLOW_WORDS; i++) {
    const bits = mask.words[i] ?? 0;
    const chance = rng.below(3) === 0 ? rng.uint32() : (key[i] ?? 0) ^ (1 << rng.below(32));
    wild[i] = ((key[i] ?? 0) & bits) | (chance & ~bits);
  }
  const packet = createFlow();
  extractFlow(composePacket(wild, { payloadSize: rng.below(64) }), packet, 1);
  for (const word of [L.IN_PORT, L.SKB_PRIORITY, L.PKT_MARK]) packet[word] = key[word] ?? 0;
  return flowMatches(packet, key, mask.words) ? packet : undefined;
}

/** How many random packets stood for `flow`; throws at the first that is treated otherwise. */
function probe(flow: Installed, translator: Translator, rng: Rng): number {
  let count = 0;
  for (let i = 0; i < TRIES_EACH && count < PACKETS_EACH; i++) {
    const packet = agreeingPacket(flow, rng);
    if (packet === undefined) continue;
    count++;
    const ingress = translator.receive(packet);
    if (typeof ingress === 'string') throw new Error(`Cannot receive: ${ingress}`);
    const { actions, mask } = translator.translate({
      ingress,
      tcpFlags: 0,
      mayLearn: false,
      skipWildcards: false,
      cache: translator.createCache(),
    });
    const about = `${formatOdpFlow(flow.key, flow.mask)} for ${formatOdpFlow(packet, undefined)}`;
    const difference = `${formatOdpActions(actions)}, not ${formatOdpActions(flow.actions)}, of`;
    expect(odpActionsEqual(actions, flow.actions), `${difference} ${about}`).toBe(true);
    expect(flow.mask.covers(new Mask(mask)), `mask of ${about}`).toBe(true);
  }
  return count;
}

function overlap(a: Installed, b: Installed): boolean {
  for (const i of a.mask.nonZero) {
    const bits = (a.mask.words[i] ?? 0) & (b.mask.words[i] ?? 0);
    if ((((a.key[i] ?? 0) ^ (b.key[i] ?? 0)) & bits) !== 0) return false;
  }
  return true;
}

const CASES = CAPTURES.flatMap((path) => [
  { path, name: 'the default rule', flows: 'priority=0,actions=NORMAL' },
  { path, name: 'four tables', flows: FOUR_TABLES },
]);

describe('what the switch installs', () => {
  it.each(CASES)('answers rightly for every packet: $path with $name', async (given) => {
    const { sw, translator } = await switchAfter(given.path, given.flows);
    const rng = createRng(5);
    const flows = installedFlows(sw);
    expect(flows.length).toBeGreaterThan(0);
    for (const flow of flows.filter((each) => !isSlow(each))) {
      expect(probe(flow, translator, rng), formatOdpFlow(flow.key, flow.mask)).toBe(PACKETS_EACH);
    }
    for (const [i, a] of flows.entries()) {
      for (const b of flows.slice(i + 1)) {
        if (overlap(a, b)) expect(odpActionsEqual(a.actions, b.actions)).toBe(true);
      }
    }
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
  });
});
