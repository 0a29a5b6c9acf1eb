// @ts-check
/**
 * The slow path without OpenFlow: a translator of our own, a wire between two ports that counts the
 * bytes of each Ethernet type.
 *
 * The mask that it answers with says what its answer depends on, and nothing else: one datapath
 * flow a port and type, however many addresses there are.
 *
 * Run it: `npm run build && node examples/custom-translator.js`
 */

import { NEVER } from 'rxjs';
import * as upcall from 'upcall';

const ETH_TYPE = fieldOf('eth_type');
const IN_PORT = fieldOf('in_port');
const LEFT = upcall.odpPort(1);
const RIGHT = upcall.odpPort(2);

/** Bytes by Ethernet type. */
class WireTranslator {
  revalidations = NEVER;
  /** @type {Map<number, number>} */
  bytes = new Map();
  #mask = upcall.createFlowMask();

  constructor() {
    upcall.fillField(this.#mask, ETH_TYPE);
  }

  /** @param {import('upcall').Flow} key */
  receive(key) {
    const odpInPort = upcall.odpPort(upcall.readField(key, IN_PORT));
    return { ofproto: this, flow: key, odpInPort };
  }

  /** @param {import('upcall').XlateRequest} request */
  translate({ ingress, stats, cache }) {
    const type = upcall.readField(ingress.flow, ETH_TYPE);
    if (stats !== undefined) this.#credit(type, stats);
    if (cache instanceof WireCache) cache.credit = (delta) => this.#credit(type, delta);
    const port = ingress.odpInPort === LEFT ? RIGHT : LEFT;
    const output = { type: /** @type {const} */ ('output'), port };
    return { actions: [output], mask: this.#mask, slow: 0, failOpen: false };
  }

  createCache() {
    return new WireCache();
  }

  netflowExists() {
    return false;
  }

  /**
   * @param {number} type
   * @param {Readonly<import('upcall').FlowStats>} stats
   */
  #credit(type, stats) {
    this.bytes.set(type, (this.bytes.get(type) ?? 0) + stats.bytes);
  }
}

/** What later packets of a flow are credited to. */
class WireCache {
  /** @type {(delta: Readonly<import('upcall').FlowStats>) => void} */
  credit = () => {};

  /** @param {Readonly<import('upcall').FlowStats>} delta */
  push(delta) {
    this.credit(delta);
  }

  clear() {
    this.credit = () => {};
  }
}

/** @param {string} name */
function fieldOf(name) {
  const field = upcall.findField(name);
  if (field === undefined) throw new Error(`there is no field "${name}"`);
  return field;
}

export async function main(print = console.log) {
  const clock = new upcall.VirtualClock({ start: 1_000 });
  const coverage = new upcall.Coverage();
  const masks = new upcall.MaskTable();
  const dpif = new upcall.EmbeddedDpif({ name: 'wire@example', clock, coverage, masks });
  const left = new upcall.MemoryPort({ name: 'left', number: LEFT });
  const right = new upcall.MemoryPort({ name: 'right', number: RIGHT });
  dpif.addPort(left);
  dpif.addPort(right);
  const translator = new WireTranslator();
  const udpif = upcall.createUdpif({
    dpif,
    translator,
    clock,
    coverage,
    masks,
    rng: upcall.createRng(1),
    log: upcall.silentLog,
    profile: upcall.currentProfile,
    settings: upcall.settingsOf({}),
  });
  udpif.setThreads(1, 1);

  for (let i = 0; i < 100; i++) left.inject(upcall.packet(`udp,nw_src=10.0.0.${i}`));
  right.inject(upcall.packet('arp'));
  clock.advance(1_000);

  print(`flows: ${dpif.getStats().flows}, out at the right: ${right.stats.txPackets} packets`);
  udpif.destroy();
  clock.runDue();
  for (const [type, bytes] of translator.bytes) print(`0x${type.toString(16)}: ${bytes} bytes`);
}

if (process.argv[1] === import.meta.filename) await main();
