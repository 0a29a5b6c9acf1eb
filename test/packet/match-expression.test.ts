import { describe, expect, it } from 'vitest';
import { parseMatchExpression } from '../../src/packet/match-expression.js';
import { formatMatch } from '../../src/packet/match-text.js';

function printed(text: string): string {
  const { flow, mask } = parseMatchExpression(text);
  return formatMatch(flow, mask);
}

describe('parseMatchExpression()', () => {
  it('reads terms in any order, parted by commas or spaces', () => {
    expect(printed('tp_dst=80, tcp nw_dst=10.0.0.0/8')).toBe('tcp,nw_dst=10.0.0.0/8,tp_dst=80');
  });

  it('says where a term is that is none', () => {
    const parse = () => parseMatchExpression('tcp,actions=drop');
    expect(parse).toThrow('at column 5: expected a match term; "actions" is none');
  });

  it('says where a value is that is none', () => {
    expect(() => parseMatchExpression('tcp,tp_dst=many')).toThrow('at column 12');
  });

  it('refuses terms that make no sense together', () => {
    expect(() => parseMatchExpression('nw_dst=10.0.0.1')).toThrow(
      'expected a complete match: nw_src or nw_dst needs ip or arp',
    );
  });
});
