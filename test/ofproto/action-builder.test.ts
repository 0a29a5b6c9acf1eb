import { describe, expect, it } from 'vitest';
import { odpPort } from '../../src/base/brands.js';
import { ActionBuilder } from '../../src/ofproto/action-builder.js';
import { SET_IPV4 } from '../../src/ofproto/settable.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import { NW_DST } from '../../src/packet/flow-layout.js';

describe('ActionBuilder.finish()', () => {
  it('lists the actions in order', () => {
    const builder = new ActionBuilder();
    builder.popVlan();
    builder.pushVlan(0x88a8, 0x1005);
    builder.pushMpls(0x8847, 0x1140);
    builder.popMpls(0x0800);
    builder.output(odpPort(70_000));
    expect(builder.finish()).toEqual([
      { type: 'pop_vlan' },
      { type: 'push_vlan', tpid: 0x88a8, tci: 0x1005 },
      { type: 'push_mpls', ethType: 0x8847, lse: 0x1140 },
      { type: 'pop_mpls', ethType: 0x0800 },
      { type: 'output', port: 70_000 },
    ]);
  });

  it('gives the same list for the same actions', () => {
    const builder = new ActionBuilder();
    builder.output(odpPort(1));
    const first = builder.finish();
    builder.reset();
    builder.output(odpPort(2));
    const other = builder.finish();
    builder.reset();
    builder.output(odpPort(1));
    expect(builder.finish()).toBe(first);
    expect(other).not.toBe(first);
  });

  it('keeps only the masked bits of a set', () => {
    const builder = new ActionBuilder();
    const value = createFlow().fill(0xffff_ffff) as ReturnType<typeof createFlow>;
    const mask = createFlowMask();
    mask[NW_DST] = 0xffff_0000;
    builder.set(SET_IPV4, value, mask);
    expect(builder.finish()).toEqual([
      {
        type: 'set',
        attribute: 'ipv4',
        value: Uint32Array.of(0, 0xffff_0000, 0),
        mask: Uint32Array.of(0, 0xffff_0000, 0),
      },
    ]);
  });

  it('holds any number of actions', () => {
    const builder = new ActionBuilder();
    for (let i = 0; i < 5000; i++) builder.output(odpPort(i));
    expect(builder.finish()).toHaveLength(5000);
    expect(builder.outputsCount).toBe(5000);
    expect(builder.size).toBe(40_000);
  });
});
