/** S1 and S3: every packet and every byte is credited once, or it is known why not. */

import type { UncreditedCause } from '../../../src/actors/udpif-event.js';
import { addTraffic, NO_TRAFFIC, type Traffic } from '../ledger.js';
import type { World } from '../world.js';
import type { Complaint, Invariant } from './invariant.js';

/** Faults without which nothing stays uncredited. */
const EXCUSES: Readonly<Record<UncreditedCause, readonly string[]>> = {
  unassociated: ['port unplugged'],
  invalid: ['throw receive'],
  translator: ['throw translate'],
  push: ['throw push', 'throw translate', 'throw receive', 'throw createCache', 'port unplugged'],
};

export const S1: Invariant = {
  id: 'S1',
  holds:
    'sent + recirculated = credited + pushed + counted since + what others destroyed, to the byte',
  watch: (world) => {
    let uncredited = NO_TRAFFIC;
    return {
      hear: (fact) => {
        if (fact.type !== 'record' || fact.record.type !== 'uncredited') return undefined;
        const { cause, packets, bytes } = fact.record;
        uncredited = addTraffic(uncredited, { packets, bytes });
        const isExcused = EXCUSES[cause].some((fault) => world.faults.happened.has(fault));
        return isExcused
          ? undefined
          : `${packets} packets stayed uncredited (${cause}) for nothing`;
      },
      check: () => (hasQueued(world) ? undefined : weigh(world, uncredited)),
    };
  },
};

/** Stopped for want of handlers, nobody reads the queues until the next start empties them. */
function hasQueued({ sw }: World): boolean {
  return !sw.datapath.isQuiescent();
}

function weigh({ ledger, sw, dpif }: World, uncredited: Traffic): Complaint {
  const { packetsCredited, bytesCredited } = sw.conservation();
  const arrived = addTraffic(ledger.sent, sw.datapath.recirculated);
  const parts: Readonly<Record<string, Traffic>> = {
    credited: { packets: packetsCredited, bytes: bytesCredited },
    unpushed: ledger.unpushed(dpif.flows()),
    uncredited,
    lost: sw.datapath.lostAll,
    invalid: sw.datapath.invalid,
    'lost in rings': ledger.ringLost,
    destroyed: ledger.destroyed,
  };
  const known = Object.values(parts).reduce(addTraffic, NO_TRAFFIC);
  if (known.packets === arrived.packets && known.bytes === arrived.bytes) return undefined;
  const list = Object.entries(parts).filter(
    ([, { packets, bytes }]) => packets !== 0 || bytes !== 0,
  );
  const text = list.map(([name, { packets, bytes }]) => `${name} ${packets}/${bytes}`).join(', ');
  const { packets, bytes } = arrived;
  return `arrived ${packets}/${bytes}, but known ${known.packets}/${known.bytes}: ${text}`;
}

export const S3: Invariant = {
  id: 'S3',
  holds: 'no delta is negative or wrapped, and no more is pushed than the datapath counted',
  watch: ({ sw }) => {
    let pushed = 0;
    return {
      hear: (fact) => {
        if (fact.type !== 'pushed') return undefined;
        const { packets, bytes } = fact.stats;
        if (!isCount(packets) || !isCount(bytes)) return `${packets}/${bytes} was pushed`;
        if (fact.isFromCache) pushed += packets;
        const { hit } = sw.datapath.getStats();
        return pushed > hit ? `${pushed} packets were pushed of ${hit} that hit a flow` : undefined;
      },
    };
  },
};

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
