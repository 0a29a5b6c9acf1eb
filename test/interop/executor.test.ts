/**
 * Datapath actions, carried out by a real ovs-vswitchd and by us: the very same bytes come out.
 *
 * The peer's revalidators are paused and its datapath gets its flows from us, one at a time, in the
 * text that our codecs print. Packets are arbitrary; so are the fields that are set.
 */

import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OdpAction, SettableAttribute } from '../../src/datapath/odp-actions.js';
import { SET_WORDS, setAction } from '../../src/datapath/odp-actions.js';
import { formatOdpActions } from '../../src/datapath/odp-actions-text.js';
import { formatOdpKey } from '../../src/datapath/odp-key-text.js';
import { openCapture } from '../../src/packet/capture-reader.js';
import { composePacket } from '../../src/packet/compose.js';
import { createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { setMaskForPacket } from '../../src/packet/packet-mask.js';
import { ETH_TYPE_NSH, isMplsType, MPLS_BOTTOM_OF_STACK } from '../../src/packet/protocol.js';
import { createBed, executeOp, frameOf, keyFlowOf, operate, output } from '../datapath/fixture.js';
import { attributesOf, writableBits } from '../datapath/settable-bits.js';
import { arbitraryPacketFlow } from '../packet/flow-arbitrary.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';

const SEED = 20;
const CASES = 300;
const OUT_PORT = 2;

interface Case {
  readonly frame: Uint8Array;
  readonly actions: readonly OdpAction[];
}

/** The flow of nothing but this frame, in text. */
function exactKey(frame: Uint8Array): string {
  const key = keyFlowOf(frame, 1);
  const mask = createFlowMask();
  setMaskForPacket(mask, key);
  return formatOdpKey(key, mask);
}

function ours({ frame, actions }: Case): Uint8Array[] {
  const { dpif, settle, sent } = createBed();
  operate(dpif, executeOp(frame, actions));
  settle();
  return sent(OUT_PORT);
}

/**
 * The peer takes the payload of later fragments for headers, and does not read the keys of all NSH
 * and MPLS packets.
 */
function isComparable(flow: Flow): boolean {
  const dlType = (flow[L.DL_TYPE] ?? 0) >>> 16;
  if (dlType === ETH_TYPE_NSH) return false;
  if (isMplsType(dlType) && ((flow[L.MPLS0] ?? 0) & MPLS_BOTTOM_OF_STACK) === 0) return false;
  return (((flow[L.NW_PROTO] ?? 0) >>> 24) & L.FRAG_LATER) === 0;
}

/**
 * The bits of each word that may be set here. Of ICMP and the reserved word of neighbour discovery
 * the peer sets all or ends.
 */
function bitsOf(attribute: SettableAttribute, key: Flow, masks: readonly number[]): number[] {
  if (attribute === 'icmp' || attribute === 'icmpv6') return [0x00ff_00ff];
  if (attribute === 'nd_extensions') return [0xffff_ffff, 0];
  return writableBits(attribute, key).map((bits, i) => bits & (masks[i] ?? 0));
}

/** The peer computes the checksum of an option's type over one fragment alone, which is wrong. */
function comparableAttributes(key: Flow): SettableAttribute[] {
  const isFragment = (key[L.NW_PROTO] ?? 0) >>> 24 !== 0;
  return attributesOf(key).filter((name) => !(name === 'nd_extensions' && isFragment));
}

/** Sets of arbitrary bits of all attributes of arbitrary packets. */
function setCases(): Case[] {
  const words = fc.array(fc.nat(0xffff_ffff), { minLength: 10, maxLength: 10 });
  const inputs = fc.tuple(arbitraryPacketFlow.filter(isComparable), words, words);
  return fc.sample(inputs, { seed: SEED, numRuns: CASES }).flatMap(([flow, values, masks]) => {
    const frame = composePacket(flow);
    const key = keyFlowOf(frame, 1);
    return comparableAttributes(key).map((attribute) => {
      const bits = bitsOf(attribute, key, masks);
      const [value, mask] = [createFlow(), createFlowMask()];
      SET_WORDS[attribute].forEach((word, i) => {
        mask[word] = bits[i] ?? 0;
        value[word] = values[i] ?? 0;
      });
      return { frame, actions: [setAction(attribute, value, mask), output(OUT_PORT)] };
    });
  });
}

const TCP = frameOf('tcp,nw_src=10.0.0.1,nw_dst=10.0.0.2,nw_ttl=64,tp_src=1,tp_dst=2');
const TAGGED = frameOf('udp,dl_vlan=7,nw_src=10.0.0.1,nw_dst=10.0.0.2,tp_src=1,tp_dst=2');
const PUSH_VLAN = { type: 'push_vlan', tpid: 0x8100, tci: 0x7005 } as const;
const PUSH_8021AD = { type: 'push_vlan', tpid: 0x88a8, tci: 0x1006 } as const;
const POP_VLAN = { type: 'pop_vlan' } as const;

/** The peer's `dpctl` does not read `push_mpls`. */
const PUSH_CASES: Case[] = [
  { frame: TCP, actions: [PUSH_VLAN, output(2)] },
  { frame: TCP, actions: [PUSH_VLAN, PUSH_8021AD, output(2)] },
  { frame: TCP, actions: [output(2), PUSH_VLAN, output(2), POP_VLAN, output(2)] },
  { frame: TAGGED, actions: [POP_VLAN, output(2)] },
  { frame: TAGGED, actions: [PUSH_8021AD, output(2), POP_VLAN, POP_VLAN, output(2)] },
];

describe.skipIf(!hasOvsPeer)('ActionExecutor beside ovs-vswitchd', () => {
  let peer: OvsPeer;
  let capture: string;

  beforeAll(async () => {
    const flowFile = join(import.meta.dirname, 'width.flows');
    peer = await OvsPeer.start({ portCount: 2, flowFile });
    capture = peer.captureSent(OUT_PORT);
    await peer.command('revalidator/pause');
  });
  afterAll(() => peer.stop());

  /** Frames that the peer has sent so far. */
  function sent(): Uint8Array[] {
    return [...openCapture(capture)].map((record) => record.data);
  }

  async function theirs({ frame, actions }: Case): Promise<Uint8Array[]> {
    const before = sent().length;
    await peer.command('dpctl/del-flows');
    const key = exactKey(frame);
    await peer.command('dpctl/add-flow', key, formatOdpActions(actions));
    await peer.receive([{ port: 1, data: frame }]);
    return sent().slice(before);
  }

  it('writes the same bytes for sets of any fields', async () => {
    for (const each of setCases()) {
      const text = formatOdpActions(each.actions);
      expect([text, ours(each)]).toEqual([text, await theirs(each)]);
    }
  });

  it('writes the same bytes for tags', async () => {
    for (const each of PUSH_CASES) {
      const text = formatOdpActions(each.actions);
      expect([text, ours(each)]).toEqual([text, await theirs(each)]);
    }
  });
});
