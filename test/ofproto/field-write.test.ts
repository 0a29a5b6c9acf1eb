import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { moveBits, writeConstant } from '../../src/ofproto/field-write.js';
import { readFieldBig, writeFieldBig } from '../../src/packet/field-access.js';
import { findField } from '../../src/packet/fields.js';
import { copyFlow, createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import { NW_PROTO, VLAN0 } from '../../src/packet/flow-layout.js';
import { BridgeFixture, parsePacket } from './bridge-fixture.js';

function field(name: string) {
  const found = findField(name);
  if (found === undefined) throw new Error(`no field ${name}`);
  return found;
}

function randomFlow(seed: number): Flow {
  const rng = createRng(seed);
  const flow = createFlow();
  for (let i = 0; i < flow.length; i++) flow[i] = rng.uint32();
  return flow;
}

describe('moveBits()', () => {
  it('moves what arithmetic on whole fields would, also where source and target overlap', () => {
    const rng = createRng(3);
    const names = ['reg0', 'xreg1', 'xxreg0', 'xxreg1', 'metadata'];
    for (let i = 0; i < 2000; i++) {
      const from = field(names[rng.below(names.length)] ?? '');
      const to = field(names[rng.below(names.length)] ?? '');
      const width = 1 + rng.below(Math.min(from.width, to.width));
      const source = { field: from, start: rng.below(from.width - width + 1), width };
      const destination = { field: to, start: rng.below(to.width - width + 1), width };
      const flow = randomFlow(i);
      const expected = copyFlow(flow);
      const ones = (1n << BigInt(width)) - 1n;
      const bits = (readFieldBig(flow, from) >> BigInt(source.start)) & ones;
      const shift = BigInt(destination.start);
      const rest = readFieldBig(flow, to) & ~(ones << shift);
      writeFieldBig(expected, to, rest | (bits << shift));
      moveBits(source, destination, flow, createFlowMask());
      expect(flow).toEqual(expected);
    }
  });

  it('makes just the bits exact that it reads and writes', () => {
    const mask = createFlowMask();
    const source = { field: field('reg0'), start: 4, width: 8 };
    const destination = { field: field('xreg1'), start: 28, width: 8 };
    moveBits(source, destination, createFlow(), mask);
    expect(readFieldBig(mask, field('reg0'))).toBe(0xff0n);
    expect(readFieldBig(mask, field('xreg1'))).toBe(0xff0000000n);
  });
});

describe('writeConstant()', () => {
  const packet = 'tcp,in_port=1,nw_tos=3,tp_dst=80';

  it('leaves a field alone that the packet does not have, and says what that hung on', () => {
    const flow = parsePacket(packet);
    const mask = createFlowMask();
    const value = Uint8Array.of(0, 53);
    writeConstant(
      { type: 'set_field', field: field('udp_dst'), value, mask: undefined },
      flow,
      mask,
    );
    expect(flow).toEqual(parsePacket(packet));
    expect(mask[NW_PROTO]).toBe(0xff);
  });

  it('leaves ECN alone when it writes the type of service', () => {
    const fixture = new BridgeFixture('ip,actions=set_field:184->nw_tos,output:2');
    expect(fixture.actions('ip,in_port=1,nw_proto=6,nw_ecn=3')).toBe('set(ipv4(tos=0xb8/0xfc)),2');
  });

  it('makes a tag of OpenFlow 1.0 VLAN fields', () => {
    const fixture = new BridgeFixture('actions=set_field:0x1005->vlan_tci,output:2');
    expect(fixture.actions(packet)).toBe('push_vlan(vid=5,pcp=0),2');
    expect(fixture.translate(packet).mask[VLAN0]).toBe(0x1fff);
  });
});
