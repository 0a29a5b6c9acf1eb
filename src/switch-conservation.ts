/**
 * Whether every packet is accounted for: what came in was credited to a rule, lost or invalid, or
 * its port was removed before its rule was found. A packet that an action sends round comes in
 * again.
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
  /** Looked up again after an action; each time counts. */
  readonly packetsRecirculated: number;
  readonly bytesRecirculated: number;
  /** By the translation that each look-up led to, or by a delta that stands for it. */
  readonly packetsCredited: number;
  readonly bytesCredited: number;
  readonly ok: boolean;
}

export interface ConservationInput {
  /** Taken from the ports. */
  readonly received: Readonly<Traffic>;
  readonly recirculated: Readonly<Traffic>;
  readonly credited: Readonly<Traffic>;
  /** Misses that found their upcall queue full. */
  readonly lost: Readonly<Traffic>;
  /** Frames without an Ethernet header. */
  readonly invalid: Readonly<Traffic>;
  /** Misses, and hits that were not pushed yet, whose port no bridge had any more. */
  readonly portless: Readonly<Traffic>;
}

export function weighConservation(input: ConservationInput): Conservation {
  const { received, recirculated, credited, lost, invalid, portless } = input;
  const packetsSeen = received.packets + recirculated.packets;
  const bytesSeen = received.bytes + recirculated.bytes;
  const packets = credited.packets + lost.packets + invalid.packets + portless.packets;
  const bytes = credited.bytes + lost.bytes + invalid.bytes + portless.bytes;
  return {
    packetsIn: received.packets,
    bytesIn: received.bytes,
    packetsRecirculated: recirculated.packets,
    bytesRecirculated: recirculated.bytes,
    packetsCredited: credited.packets,
    bytesCredited: credited.bytes,
    ok: packetsSeen === packets && bytesSeen === bytes,
  };
}

/** "5 packets (400 bytes) in", and how many came in again. */
export function formatArrivals(conservation: Conservation): string {
  const { packetsIn, bytesIn, packetsRecirculated, bytesRecirculated } = conservation;
  const first = `${packetsIn} packets (${bytesIn} bytes) in`;
  if (packetsRecirculated === 0) return first;
  return `${first}, ${packetsRecirculated} (${bytesRecirculated}) again`;
}
