/**
 * What the datapath is to match of what a translation has looked at: its own words, and always the
 * port.
 *
 * Owner: one handler's round; its scratch. Hot path. Bench: `bench/set-up.ts`. Rows U-066, U-074,
 * U-129.
 */

import type { Mask } from '../datapath/mask.js';
import type { Ingress } from '../datapath/translator.js';
import { createFlowMask, type FlowMask } from '../packet/flow.js';
import { DP_START, FLOW_WORDS, IN_PORT, VLAN0 } from '../packet/flow-layout.js';
import type { UdpifCore } from './udpif-core.js';
import { splinterTciOf } from './vlan-splinters.js';

export class MaskMaker {
  readonly #core: UdpifCore;
  readonly #mask = createFlowMask();

  constructor(core: UdpifCore) {
    this.#core = core;
  }

  /** Undefined: all of the key. */
  maskFor(wanted: FlowMask, ingress: Ingress): Mask | undefined {
    if (!this.#core.areMegaflowsEnabled) return undefined;
    const mask = this.#mask;
    for (let i = DP_START; i < FLOW_WORDS; i++) mask[i] = wanted[i]!;
    mask[IN_PORT] = 0xffff_ffff;
    // The datapath never sees the VLAN that such a port stands for.
    if (splinterTciOf(this.#core.deps.profile, ingress) !== undefined) mask[VLAN0] = 0;
    return this.#core.deps.masks.intern(mask);
  }
}
