/**
 * Megaflow explosion: crafted headers make the datapath hold a mask for each combination of prefix
 * lengths (tuple space explosion, CVE-2019-25076).
 *
 * Two rules look at a source address and at a port. A packet that differs from the address first in
 * bit `k` and from the port first in bit `j` needs a megaflow of `k` and `j` bits: 32 × 16 masks.
 */

import { packet } from '../../switch-packet.js';
import { type Measure, Scenario, type ScenarioScript } from './scenario.js';
import type { Stage } from './stage.js';

/** 10.0.0.10, to which one rule gives access, and the port to which the other one does. */
const FRIEND = 0x0a00_000a;
const PORT = 80;
const ADDRESS_BITS = 32;
const PORT_BITS = 16;
/** The attacker's own address. */
const ATTACKER = '10.0.0.66';
/** What ordinary clients ask for. */
const ORDINARY_PORTS = [80, 443, 22, 53];
/** Crafted packets enter at this distance: 256 a second, 140 kbit/s. */
const GAP_MS = 4;
/** Until the slow path has forgotten the attack: max-idle, and two cycles. */
const AFTERMATH_MS = 11_500;

const ACCESS = (table: number): string => `
  table=${table},priority=100,tcp,tp_dst=${PORT},actions=output:2
  table=${table},priority=90,tcp,nw_src=10.0.0.10,actions=output:2
  table=${table},priority=0,actions=drop
`;
/** Each port may send from its own addresses only, and that is asked first. */
const SECURED = `
  table=0,priority=10,in_port=1,ip,nw_src=${ATTACKER},actions=resubmit(,1)
  table=0,priority=10,in_port=3,ip,nw_src=10.0.1.0/24,actions=resubmit(,1)
  table=0,priority=0,actions=drop
  ${ACCESS(1)}
`;

export const megaflowExplosion = new Scenario({
  name: 'megaflow-explosion',
  title: 'Megaflow explosion by crafted headers',
  look:
    'One tenant can slow down everybody else on its host with a few hundred small packets a ' +
    'second: each is made so that it needs a megaflow with a mask of its own, and a packet that ' +
    'is not in the exact-match cache tries the masks one after the other. Run to the end of the ' +
    'first two seconds, which are ordinary traffic, and look at Flows: the clients share three ' +
    'megaflows. Then let the attack begin and sort Flows by mask: the same two rules now have a ' +
    'megaflow for each pair of a prefix of the source address and a prefix of the port, and none ' +
    'of them is ever hit. Charts shows misses without hits, and flows that stay for the whole ' +
    'idle timeout after the last crafted packet. The number that proves it is that of the masks: ' +
    '32 × 16 from two rules. The remedy is to ask first what a sender cannot choose: on each ' +
    'port, a rule that lets only its own addresses through (port security). Spoofed sources then ' +
    'end there, and the product of the prefixes becomes a sum.',
  sources: ['CVE-2019-25076', 'https://sites.google.com/view/tuple-space-explosion'],
  remedy: 'source addresses are checked against the port first',
  options: ({ isRemedied }) => ({ ports: 3, flows: isRemedied ? SECURED : ACCESS(0) }),
  begin: (stage) => new Explosion(stage),
});

class Explosion implements ScenarioScript {
  readonly #stage: Stage;
  #masksOrdinary = 0;
  #craftedCount = 0;
  #flowsMax = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  *play(): Generator<void> {
    yield* this.#ordinary();
    yield* this.#attack();
    yield* this.#stage.wait(AFTERMATH_MS);
  }

  /** As many packets as the attack has, of clients that nobody crafted. */
  *#ordinary(): Generator<void> {
    const { target, datapath } = this.#stage;
    for (let i = 0; i < ADDRESS_BITS * PORT_BITS; i++) {
      const client = `nw_src=10.0.1.${1 + (i % 250)},tp_src=${32_768 + 7 * i}`;
      const port = ORDINARY_PORTS[i % ORDINARY_PORTS.length];
      target.inject(3, packet(`tcp,${client},tp_dst=${port}`));
      yield* this.#stage.wait(GAP_MS);
    }
    this.#masksOrdinary = Math.max(datapath.masks, target.datapath.masksMaximum);
  }

  *#attack(): Generator<void> {
    const { target } = this.#stage;
    for (let addressBit = 0; addressBit < ADDRESS_BITS; addressBit++) {
      for (let portBit = 0; portBit < PORT_BITS; portBit++) {
        target.inject(1, craft(addressBit, portBit));
        this.#craftedCount++;
        yield* this.#stage.wait(GAP_MS);
        this.#flowsMax = Math.max(this.#flowsMax, this.#stage.datapath.flows);
      }
    }
  }

  measures(): readonly Measure[] {
    const { target, datapath } = this.#stage;
    return [
      { name: 'crafted', text: 'crafted packets', value: this.#craftedCount },
      {
        name: 'masks_ordinary',
        text: 'masks, after as many packets of ordinary clients',
        value: this.#masksOrdinary,
      },
      { name: 'masks_max', text: 'masks, at most', value: target.datapath.masksMaximum },
      { name: 'flows_max', text: 'megaflows during the attack, at most', value: this.#flowsMax },
      { name: 'masks_end', text: 'masks at the end, the attack forgotten', value: datapath.masks },
    ];
  }
}

/** Differs from what the rules ask for, first in these bits, counted from the left. */
function craft(addressBit: number, portBit: number): Uint8Array {
  const address = (FRIEND ^ (1 << (ADDRESS_BITS - 1 - addressBit))) >>> 0;
  const port = PORT ^ (1 << (PORT_BITS - 1 - portBit));
  const source = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
  return packet(`tcp,nw_src=${source},tp_src=1024,tp_dst=${port}`, { payloadSize: 0 });
}
