/** What the list of scenarios says of each. */

import { describe, expect, it } from 'vitest';
import { firstSentence } from '../../../src/inspector/web/scenarios.js';

describe('firstSentence()', () => {
  it('ends with the first full stop or colon', () => {
    expect(firstSentence('Packets are lost: look at Charts. Then at Flows.')).toBe(
      'Packets are lost.',
    );
    expect(firstSentence('It took 1.5 s. Look at Cycle.')).toBe('It took 1.5 s.');
  });

  it('is all of a text that has but one', () => {
    expect(firstSentence('Look at Flows.')).toBe('Look at Flows.');
  });
});
