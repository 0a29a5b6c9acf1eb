import { describe, expect, it } from 'vitest';
import { parseTraceActions } from '../../src/management/trace-actions.js';

/** More of them are compared with the real ones: `test/fixtures/command-cases/`. */
describe('parseTraceActions()', () => {
  it.each([
    ['2,output:zork', 'zork: output to unknown port'],
    ['resubmit(,300)', '300: resubmit to unknown table'],
    ['set_field:70000->tcp_dst', '70000: value too large for 2-byte field tcp_dst'],
    ['move:NXM_NX_REG0[]', "NXM_NX_REG0[]: missing `->' following source"],
    ['mod_vlan_vid:5000', '5000: not a valid VLAN VID'],
    ['mod_vlan_vid:70000', 'invalid VLAN VID "70000"'],
    ['controller(reason=zork)', 'unknown reason "zork"'],
    ['drop,2', '"drop" must not be accompanied by any other action or instruction'],
    ['zork:3', 'unknown action zork'],
    ['goto_table:1', 'goto_table instruction not allowed here'],
  ])('refuses %s in Open vSwitch’s words', (text, message) => {
    expect(() => parseTraceActions(text)).toThrow(message);
  });

  it('keeps our own words where Open vSwitch has other rules', () => {
    expect(() => parseTraceActions('strip_vlan:3')).toThrow('expected no argument');
  });
});
