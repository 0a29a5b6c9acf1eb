import { describe, expect, it } from 'vitest';
import { sameActions } from '../../src/actors/same-actions.js';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import type { OdpAction } from '../../src/datapath/odp-actions.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';

const slow = (reason: number): OdpAction => ({
  type: 'userspace',
  pid: 1,
  cookie: { type: 'slow_path', reason, ofprotoUuid: 'a', inPort: ofpPort(1) },
});

const set = (word: number): OdpAction => {
  const value = createFlow();
  value[125] = word;
  return { type: 'set', attribute: 'ipv4', value, mask: createFlowMask() };
};

const output = (port: number): OdpAction => ({ type: 'output', port: odpPort(port) });

/** An action of a kind that there is not, to tell what is compared. */
const odd = (fields: object): OdpAction => ({ type: 'odd', ...fields }) as unknown as OdpAction;

describe('sameActions()', () => {
  it('finds equal what is the same', () => {
    const actions = [output(1), slow(1)];
    expect(sameActions(actions, actions)).toBe(true);
    expect(sameActions(actions, [...actions])).toBe(true);
  });

  it.each([
    [[], []],
    [
      [output(1), output(2)],
      [output(1), output(2)],
    ],
    [[slow(1)], [slow(1)]],
    [
      [set(1), { type: 'pop_vlan' }],
      [set(1), { type: 'pop_vlan' }],
    ],
  ] satisfies [OdpAction[], OdpAction[]][])('finds equal what does the same (%#)', (a, b) => {
    expect(sameActions(a, b)).toBe(true);
  });

  it.each([
    [[], [output(1)]],
    [
      [output(1), output(2)],
      [output(2), output(1)],
    ],
    [[output(1)], [{ type: 'pop_vlan' }]],
    [[slow(1)], [slow(2)]],
    [[output(1)], [odd({ port: 1 })]],
    [[odd({ a: 1 })], [odd({ a: 1, b: 2 })]],
    [[odd({ a: null })], [odd({ a: {} })]],
    [[odd({ a: {} })], [odd({ a: null })]],
    [[odd({ a: 1 })], [odd({ a: {} })]],
    [[odd({ a: {} })], [odd({ a: 1 })]],
    [[set(1)], [set(2)]],
    [[{ type: 'push_vlan', tpid: 0x8100, tci: 1 }], [{ type: 'push_vlan', tpid: 0x8100, tci: 2 }]],
  ] satisfies [OdpAction[], OdpAction[]][])('tells apart what does not (%#)', (a, b) => {
    expect(sameActions(a, b)).toBe(false);
  });
});
