/**
 * Whether every packet is accounted for: what came in was credited to a rule, lost or invalid, or
 * its port was removed before its rule was found.
 *
 * Each number is counted where its event happens; here they are only compared. In the middle of
 * things packets are on their way and deltas not yet pushed: it must hold when the switch has
 * stopped.
 */

/** Packets and their bytes. */
export interface Traffic {
  packets: number;
  bytes: number;
}

export interface Conservation {
  readonly packetsIn: number;
  readonly bytesIn: number;
  /** By the first table lookup of a translation, or by a delta that stands for it. */
  readonly packetsCredited: number;
  readonly bytesCredited: number;
  readonly ok: boolean;
}

export interface ConservationInput {
  /** Taken from the ports. */
  readonly received: Readonly<Traffic>;
  readonly credited: Readonly<Traffic>;
  /** Misses that found their upcall queue full. */
  readonly lost: Readonly<Traffic>;
  /** Frames without an Ethernet header. */
  readonly invalid: Readonly<Traffic>;
  /** Misses, and hits that were not pushed yet, whose port no bridge had any more. */
  readonly portless: Readonly<Traffic>;
}

export function weighConservation(input: ConservationInput): Conservation {
  const { received, credited, lost, invalid, portless } = input;
  const packets = credited.packets + lost.packets + invalid.packets + portless.packets;
  const bytes = credited.bytes + lost.bytes + invalid.bytes + portless.bytes;
  return {
    packetsIn: received.packets,
    bytesIn: received.bytes,
    packetsCredited: credited.packets,
    bytesCredited: credited.bytes,
    ok: received.packets === packets && received.bytes === bytes,
  };
}
