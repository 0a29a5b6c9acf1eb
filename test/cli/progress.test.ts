import { describe, expect, it } from 'vitest';
import { Progress } from '../../src/cli/progress.js';

function drawn(isTTY: boolean, counts: readonly number[]): string {
  const pieces: unknown[] = [];
  const progress = new Progress({ isTTY, write: (piece) => pieces.push(piece) }, 200);
  for (const count of counts) progress.update(count);
  progress.end();
  return pieces.join('');
}

describe('Progress', () => {
  it('draws a bar and wipes it on a terminal', () => {
    expect(drawn(true, [100])).toBe(
      `\r[${'='.repeat(20)}${' '.repeat(20)}]  50 %  100 packets\r\u001b[K`,
    );
  });

  it('redraws only when the percentage changes', () => {
    expect(drawn(true, [2, 3]).match(/packets/g)).toHaveLength(1);
  });

  it('draws nothing in a pipe', () => {
    expect(drawn(false, [2, 100, 200])).toBe('');
  });
});
