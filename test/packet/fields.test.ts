import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  fillField,
  isFieldZero,
  readField,
  readFieldBig,
  readFieldBytes,
  writeField,
  writeFieldBig,
  writeFieldBytes,
} from '../../src/packet/field-access.js';
import {
  fieldMax,
  fieldValueMax,
  formatFieldValue,
  parseFieldValue,
} from '../../src/packet/field-text.js';
import { FIELDS, findField, findFieldByHeaderName } from '../../src/packet/fields.js';
import { createFlow, createFlowMask } from '../../src/packet/flow.js';
import { FLOW_WORDS } from '../../src/packet/flow-layout.js';

const arbitraryField = fc.constantFrom(...FIELDS);

describe('FIELDS', () => {
  it('lie within the flow and have names of their own', () => {
    const names = FIELDS.flatMap(({ name, alias }) =>
      alias === undefined ? [name] : [name, alias],
    );
    expect(new Set(names).size).toBe(names.length);
    for (const { name, bit, width, size } of FIELDS) {
      expect(bit + width, name).toBeLessThanOrEqual(FLOW_WORDS * 32);
      expect(size, name).toBeLessThanOrEqual(16);
    }
  });

  it('have codes of their own', () => {
    const codes = FIELDS.flatMap(({ oxm, nxm, onf }) => [oxm, nxm, onf])
      .filter((header) => header !== undefined)
      .map((header) => `${header.class}.${header.experimenter}.${header.field}`);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('are found by name, alias and header', () => {
    expect(findField('nw_src')).toBe(findField('ip_src'));
    expect(findFieldByHeaderName('NXM_OF_IP_SRC')).toBe(findField('ip_src'));
    expect(findFieldByHeaderName('OXM_OF_IPV4_SRC')).toBe(findField('ip_src'));
    expect(findField('no_such_field')).toBeUndefined();
  });
});

describe('field access', () => {
  it('reads back what it wrote, and touches nothing else', () => {
    fc.assert(
      fc.property(arbitraryField, fc.bigInt(0n, (1n << 128n) - 1n), (field, random) => {
        const flow = createFlow();
        flow.fill(0x5555_5555);
        const before = flow.slice();
        const value = random & fieldValueMax(field);
        writeFieldBig(flow, field, value);
        expect(readFieldBig(flow, field)).toBe(value);
        writeFieldBytes(flow, field, readFieldBytes(flow, field));
        expect(readFieldBig(flow, field)).toBe(value);
        const outside = createFlowMask();
        fillField(outside, field);
        expect(flow.every((word, i) => ((word ^ before[i]!) & ~outside[i]!) === 0)).toBe(true);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('agrees, number and bigint, where a field has at most 32 bits in one word', () => {
    for (const field of FIELDS.filter(({ bit, width }) => (bit & 31) + width <= 32)) {
      const flow = createFlow();
      writeField(flow, field, 0x9e37_79b9);
      expect(BigInt(readField(flow, field)), field.name).toBe(readFieldBig(flow, field));
      expect(readFieldBig(flow, field), field.name).toBe(0x9e37_79b9n & fieldMax(field));
    }
  });

  it('knows an all-zero field', () => {
    for (const field of FIELDS) {
      const mask = createFlowMask();
      expect(isFieldZero(mask, field)).toBe(true);
      fillField(mask, field);
      expect(isFieldZero(mask, field)).toBe(false);
      expect(readFieldBig(mask, field)).toBe(fieldMax(field));
    }
  });
});

describe('formatFieldValue()', () => {
  it('writes what parseFieldValue() reads', () => {
    const exact = FIELDS.filter(({ format }) => format !== 'frag' && format !== 'port');
    fc.assert(
      fc.property(
        fc.constantFrom(...exact),
        fc.bigInt(0n, (1n << 128n) - 1n),
        fc.bigInt(1n, (1n << 128n) - 1n),
        (field, random, randomMask) => {
          const max = fieldMax(field);
          const isMasked = field.maskable === 'fully' && (randomMask & max) !== 0n;
          const mask = isMasked ? randomMask & max : max;
          const value = random & mask & fieldValueMax(field);
          const parsed = parseFieldValue(field, formatFieldValue(field, value, mask));
          expect(parsed).toEqual({ value, mask });
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('takes values as bytes', () => {
    const field = findField('eth_src');
    expect(field && formatFieldValue(field, Uint8Array.of(1, 2, 3, 4, 5, 6))).toBe(
      '01:02:03:04:05:06',
    );
  });
});
