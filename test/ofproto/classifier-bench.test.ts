import { describe, expect, it } from 'vitest';
import { benchClassifier } from '../../bench/classifier.js';

describe('benchClassifier()', () => {
  it('finds the same rules each time', () => {
    const checksums = () => benchClassifier(1).map(({ rules, checksum }) => [rules, checksum]);
    expect(checksums()).toEqual(checksums());
  });
});
