/**
 * Messages to begin with: those of captures, the flow-mods that `ovs-ofctl` makes of many flows in
 * every version, those that tests of groups and meters send, and blank ones of every kind.
 *
 * They are drawn by kind first, so that the few group-mods are not lost among the many flow-mods,
 * and mostly of the version of the connection that they go to.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '../../src/base/rng.js';
import { FramingError, MessageSplitter } from '../../src/openflow/message.js';
import { OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { GROUP_CASES } from '../openflow/group-mod-cases.js';
import { METER_CASES, STATS_CASES } from '../openflow/meter-mod-cases.js';
import { blankMessages } from './blank-messages.js';

const CAPTURES = ['control/tcpdump-of10_s4810.pcap', 'control/tcpdump-of13_ericsson.pcapng'];
const FLOW_MODS = 'test/openflow/fixtures/flow-mods.txt';
const ETHERNET_SIZE = 14;
const ETHERTYPE_IPV4 = 0x0800;
const IPPROTO_TCP = 6;

export class Corpus {
  readonly messages: readonly Uint8Array[];
  /** By version: the messages of each type, as often as the root of how many they are. */
  readonly #kinds = new Map<number, Uint8Array[][]>();

  constructor(messages: readonly Uint8Array[]) {
    this.messages = messages;
    const byKind = new Map<number, Uint8Array[]>();
    for (const bytes of messages) {
      const [version = 0, type = 0] = bytes;
      const key = (version << 8) | type;
      const kind = byKind.get(key) ?? [];
      byKind.set(key, kind);
      kind.push(bytes);
    }
    for (const [key, kind] of byKind) this.#weigh(key >>> 8, kind);
  }

  /** One of any kind, of `version` five times in six. */
  draw(version: OfpVersion, rng: Rng): Uint8Array {
    const from = rng.below(6) === 0 ? pick(OFP_VERSIONS, rng) : version;
    const kinds = this.#kinds.get(from);
    return pick(kinds === undefined ? this.messages : pick(kinds, rng), rng);
  }

  #weigh(version: number, kind: Uint8Array[]): void {
    const kinds = this.#kinds.get(version) ?? [];
    this.#kinds.set(version, kinds);
    const weight = Math.ceil(Math.sqrt(kind.length));
    for (let i = 0; i < weight; i++) kinds.push(kind);
  }
}

export function pick<T>(list: readonly T[], rng: Rng): T {
  const item = list[rng.below(list.length)];
  if (item === undefined) throw new Error('Cannot choose from nothing');
  return item;
}

/** All that there is; `shared` is where the captures are, `root` the project's folder. */
export function wholeCorpus(shared: string, root: string): Corpus {
  const cases = [...GROUP_CASES, ...METER_CASES, ...STATS_CASES].map(({ bytes }) => bytes);
  return new Corpus([...capturedMessages(shared), ...flowMods(root), ...cases, ...blankMessages()]);
}

/** Messages of the captures in `shared`, without those that come twice. */
export function capturedMessages(shared: string): Uint8Array[] {
  return unique(CAPTURES.flatMap((name) => messagesOf(join(shared, 'captures', name))));
}

/** Flow-mods of all versions: the lines of hex among the fixtures. `root` is the project's. */
export function flowMods(root: string): Uint8Array[] {
  const lines = readFileSync(join(root, FLOW_MODS), 'utf8').split('\n');
  const messages = lines.filter((line) => /^ {2}0[1-6]([0-9a-f]{2}){7,}$/.test(line));
  return unique(messages.map((line) => Uint8Array.from(Buffer.from(line.trim(), 'hex'))));
}

/** Both directions of every TCP connection, cut into messages. */
function messagesOf(path: string): Uint8Array[] {
  const splitters = new Map<string, MessageSplitter>();
  const messages: Uint8Array[] = [];
  for (const { data } of openCapture(path)) {
    const segment = segmentOf(data);
    if (segment === undefined) continue;
    const splitter = splitters.get(segment.stream) ?? new MessageSplitter();
    splitters.set(segment.stream, splitter);
    try {
      messages.push(...splitter.push(segment.payload));
    } catch (error) {
      // Segments that come twice or out of order: what follows them begins anew.
      if (!(error instanceof FramingError)) throw error;
      splitters.delete(segment.stream);
    }
  }
  return messages;
}

function segmentOf(frame: Uint8Array): { stream: string; payload: Uint8Array } | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length);
  if (bytes.length < ETHERNET_SIZE + 40 || bytes.readUInt16BE(12) !== ETHERTYPE_IPV4) return;
  const ip = bytes.subarray(ETHERNET_SIZE);
  if (ip[9] !== IPPROTO_TCP) return undefined;
  const tcp = ip.subarray((ip.readUInt8(0) & 0xf) * 4, ip.readUInt16BE(2));
  const payload = tcp.subarray((tcp.readUInt8(12) >>> 4) * 4);
  const stream = `${ip.toString('hex', 12, 20)} ${tcp.toString('hex', 0, 4)}`;
  return { stream, payload };
}

function unique(messages: readonly Uint8Array[]): Uint8Array[] {
  const byText = new Map<string, Uint8Array>();
  for (const bytes of messages) {
    const text = Buffer.from(bytes).toString('latin1');
    // Messages that differ in their transaction alone are the same.
    byText.set(`${text.slice(0, 4)}${text.slice(8)}`, bytes.slice());
  }
  return [...byText.values()];
}
