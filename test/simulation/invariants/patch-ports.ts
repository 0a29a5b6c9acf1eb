/**
 * P1 and P2: what a patch port sends comes in at its peer, and what comes into a bridge is looked
 * up there. The specification of the slow path has no number for them: it knows one bridge.
 */

import type { PatchEnd } from '../../../src/ofproto/patch-ports.js';
import type { SwitchBridge } from '../../../src/switch-bridge.js';
import { addTraffic, NO_TRAFFIC, type Traffic } from '../ledger.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

/** Faults after which a packet that was to come back may not have. */
const EXECUTIONS: readonly string[] = ['execute EINVAL', 'execute EBUSY'];

export const P1: Invariant = {
  id: 'P1',
  holds: 'patch ports that name one another receive what the other has sent, to the byte',
  watch: ({ cables }) => ({ look: () => weighCables(cables.ends) }),
};

/**
 * By way, not by port: whoever goes and comes back begins at 0, and its peer does not. Only those
 * that name one another are ever joined.
 */
function weighCables(ends: readonly PatchEnd[]): Complaint {
  const sent = new Map<string, Traffic>();
  const received = new Map<string, Traffic>();
  for (const { name, peer, counters } of ends) {
    const { rxPackets, rxBytes, txPackets, txBytes } = counters;
    add(sent, `from ${name} to ${peer}`, { packets: txPackets, bytes: txBytes });
    add(received, `from ${peer} to ${name}`, { packets: rxPackets, bytes: rxBytes });
  }
  for (const way of new Set([...sent.keys(), ...received.keys()])) {
    const [tx, rx] = [sent.get(way) ?? NO_TRAFFIC, received.get(way) ?? NO_TRAFFIC];
    if (tx.packets === rx.packets && tx.bytes === rx.bytes) continue;
    return `${way}: sent ${tx.packets}/${tx.bytes}, received ${rx.packets}/${rx.bytes}`;
  }
  return undefined;
}

function add(sums: Map<string, Traffic>, name: string, traffic: Traffic): void {
  sums.set(name, addTraffic(sums.get(name) ?? NO_TRAFFIC, traffic));
}

export const P2: Invariant = {
  id: 'P2',
  holds: "what comes into a bridge is looked up once in its first table, and counted by a rule's",
  watch: (world) => ({
    look: () => first(world.sw.bridges, weighRules),
    check: () => first(world.sw.bridges, (bridge) => weighLookups(world, bridge)),
  }),
};

/**
 * Who comes back from the datapath, or would have if its actions had been carried out, goes on
 * where it was, mostly without a lookup.
 */
function weighLookups({ cables, faults, sw }: World, { name, ofproto }: SwitchBridge): Complaint {
  const { matched, missed } = ofproto.tables;
  const lookedUp = (matched[0] ?? 0) + (missed[0] ?? 0);
  const crossed = cables.ends
    .filter((end) => end.ofproto === ofproto)
    .reduce((sum, { counters }) => sum + counters.rxPackets, 0);
  const entered = ofproto.credited.packets + crossed;
  const isExcused =
    sw.datapath.recirculated.packets > 0 || EXECUTIONS.some((fault) => faults.happened.has(fault));
  if (lookedUp === entered || (isExcused && lookedUp < entered)) return undefined;
  const parts = `${ofproto.credited.packets} by ports, ${crossed} by patch ports`;
  return `${lookedUp} lookups for ${entered} packets that entered ${name}: ${parts}`;
}

/** Rules that are gone took their counters along. */
function weighRules(bridge: SwitchBridge): Complaint {
  const { matched } = bridge.ofproto.tables;
  const rules = bridge.ofproto.tables.rules().filter(({ table }) => table === 0);
  const counted = rules.reduce((sum, { packets }) => sum + packets, 0);
  const most = matched[0] ?? 0;
  return counted <= most
    ? undefined
    : `rules of ${bridge.name} counted ${counted} of ${most} packets that matched`;
}

function first<Item>(items: readonly Item[], judge: (item: Item) => Complaint): Complaint {
  for (const item of items) {
    const complaint = judge(item);
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}
