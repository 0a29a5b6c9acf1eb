/**
 * The frames of the simulator: a few templates with addresses and ports written into them.
 *
 * Host n has the address 02:00:00:00:00:0(n + 1) and 10.0.0.(n + 1). Checksums are those of the
 * templates: the switch does not look at them. Frames never change, so equal ones are one object.
 */

import { packet } from '../../src/switch-packet.js';
import type { FrameChoice, FrameKind } from './plan.js';

const SOURCE_MAC_END = 11;
const TARGET_MAC_END = 5;
const SOURCE_IP_END = 29;
const TARGET_IP_END = 33;
const SOURCE_PORT = 34;
/** Kinds whose bytes 34 and 35 are a source port, behind an IPv4 header without options. */
const WITH_PORTS: readonly FrameKind[] = ['udp', 'tcp', 'dns', 'flood'];
const WITH_IP: readonly FrameKind[] = [...WITH_PORTS, 'icmp'];

const TERMS: Readonly<Record<FrameKind, string>> = {
  udp: 'udp,tp_src=1,tp_dst=80',
  tcp: 'tcp,tp_src=1,tp_dst=443,tcp_flags=+syn',
  dns: 'udp,tp_src=1,tp_dst=53',
  icmp: 'icmp,icmp_type=8',
  arp: 'arp',
  vlan: 'dl_vlan=5,udp,tp_src=1,tp_dst=80',
  mpls: 'mpls,mpls_label=7,mpls_bos=1,mpls_ttl=9',
  flood: 'udp,tp_src=1,tp_dst=67,dl_dst=ff:ff:ff:ff:ff:ff',
};

const CACHE_MAX = 20_000;
const templates = new Map<string, Uint8Array>();
const frames = new Map<string, Uint8Array>();

export function frameOf(choice: FrameChoice): Uint8Array {
  const { kind, from, to, id, size } = choice;
  const name = `${kind} ${from} ${to} ${id} ${size}`;
  const known = frames.get(name);
  if (known !== undefined) return known;
  if (frames.size >= CACHE_MAX) frames.clear();
  const frame = writeFrame(choice);
  frames.set(name, frame);
  return frame;
}

/** Too short for an Ethernet header. */
export const RUNT = new Uint8Array(13);

function writeFrame({ kind, from, to, id, size }: FrameChoice): Uint8Array {
  const frame = templateOf(kind, size).slice();
  frame[SOURCE_MAC_END] = from + 1;
  if (kind !== 'flood') frame[TARGET_MAC_END] = to + 1;
  if (WITH_IP.includes(kind)) {
    frame[SOURCE_IP_END] = from + 1;
    frame[TARGET_IP_END] = to + 1;
  }
  if (WITH_PORTS.includes(kind)) {
    frame[SOURCE_PORT] = id >>> 8;
    frame[SOURCE_PORT + 1] = id & 0xff;
  }
  return frame;
}

function templateOf(kind: FrameKind, size: number): Uint8Array {
  const name = `${kind} ${size}`;
  let template = templates.get(name);
  if (template === undefined) {
    template = packet(TERMS[kind], { payloadSize: size });
    templates.set(name, template);
  }
  return template;
}
