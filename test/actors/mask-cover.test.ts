import { describe, expect, it } from 'vitest';
import { maskCoversDatapathWords } from '../../src/actors/mask-cover.js';
import { MaskTable } from '../../src/datapath/mask.js';
import { IN_PORT, NW_DST, NW_SRC, REGS } from '../../src/packet/flow-layout.js';
import { maskOf } from './fake-translator.js';

const mask = new MaskTable().intern(maskOf(NW_DST));

describe('maskCoversDatapathWords()', () => {
  it('asks for every bit that was looked at', () => {
    expect(maskCoversDatapathWords(mask, maskOf(NW_DST))).toBe(true);
    expect(maskCoversDatapathWords(mask, maskOf(NW_DST, NW_SRC))).toBe(false);
  });

  it('does not ask for in_port, nor for what a datapath key has no place for', () => {
    expect(maskCoversDatapathWords(mask, maskOf(NW_DST, IN_PORT))).toBe(true);
    expect(maskCoversDatapathWords(mask, maskOf(NW_DST, REGS))).toBe(true);
  });
});
