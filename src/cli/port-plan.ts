/**
 * Which port of the switch each packet of a replay enters.
 *
 * Several files: one port a file. One pcapng with several interfaces: one port an interface that
 * has a packet. Else one port a source MAC in order of appearance; once `portsMax` are taken,
 * FNV-1a of the MAC chooses among them. A frame too short to have a source MAC enters the first
 * port. OpenFlow and datapath numbers are equal and start at 1.
 */

import type { LoadedCapture } from './loaded-capture.js';
import type { PacketSequence } from './packet-sequence.js';

export interface PortPlan {
  /** Names of the ports 1, 2, … */
  readonly names: readonly string[];
  /** The port number of each packet of the sequence. */
  readonly ports: Uint16Array;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const SOURCE_MAC_START = 6;
const SOURCE_MAC_END = 12;

export function planPorts(
  captures: readonly LoadedCapture[],
  packets: PacketSequence,
  portsMax: number,
): PortPlan {
  if (captures.length > 1) return planByFile(captures, packets);
  const names = captures[0]?.interfaceNames ?? [];
  return names.length > 1 ? planByInterface(names, packets) : planByMac(packets, portsMax);
}

function planByFile(captures: readonly LoadedCapture[], packets: PacketSequence): PortPlan {
  return {
    names: captures.map((capture) => capture.file),
    ports: Uint16Array.from(packets.captures, (capture) => capture + 1),
  };
}

function planByInterface(interfaceNames: readonly string[], packets: PacketSequence): PortPlan {
  const used = [...new Set(packets.interfaces)].sort((a, b) => a - b);
  const numbers = new Map(used.map((index, i) => [index, i + 1]));
  return {
    names: used.map((index) => interfaceNames[index] || `interface ${index}`),
    ports: Uint16Array.from(packets.interfaces, (index) => numbers.get(index) ?? 1),
  };
}

function planByMac(packets: PacketSequence, portsMax: number): PortPlan {
  const names: string[] = [];
  const ports = new Uint16Array(packets.data.length);
  const numbers = new Map<number, number>();
  for (const [i, data] of packets.data.entries()) {
    if (data.length < SOURCE_MAC_END) {
      ports[i] = 1;
      continue;
    }
    const mac = sourceMac(data);
    let number = numbers.get(mac);
    if (number === undefined) {
      if (names.length < portsMax) number = names.push(formatMac(data));
      else number = 1 + (fnv1a(data) % portsMax);
      numbers.set(mac, number);
    }
    ports[i] = number;
  }
  if (names.length === 0 && ports.length > 0) names.push('no source address');
  return { names, ports };
}

/** The source address as a number of 48 bits. */
function sourceMac(data: Uint8Array): number {
  let value = 0;
  for (let i = SOURCE_MAC_START; i < SOURCE_MAC_END; i++) value = value * 256 + (data[i] ?? 0);
  return value;
}

function formatMac(data: Uint8Array): string {
  const bytes = [...data.subarray(SOURCE_MAC_START, SOURCE_MAC_END)];
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** FNV-1a, 32 bits, of the source address. */
function fnv1a(data: Uint8Array): number {
  let hash = FNV_OFFSET;
  for (let i = SOURCE_MAC_START; i < SOURCE_MAC_END; i++) {
    hash = Math.imul(hash ^ (data[i] ?? 0), FNV_PRIME);
  }
  return hash >>> 0;
}
