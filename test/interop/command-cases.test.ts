/**
 * Every command of the operators', its options and what it refuses: our switch says what the real
 * one says, question by question.
 */

import { afterEach, describe, expect, it } from 'vitest';
import { type CommandCase, caseFiles, readCases } from './command-cases.js';
import { type Answer, CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

let twins: CommandTwins | undefined;

afterEach(async () => {
  await twins?.stop();
  twins = undefined;
});

describe.skipIf(!hasOvsPeer)('ovs-appctl', { timeout: 300_000 }, () => {
  it.each(caseFiles())('says the same, question by question, of %s', async (name) => {
    const cases = readCases(name);
    expect(cases[0]?.kind).toBe('start');
    const differences: object[] = [];
    for (const each of cases) {
      const found = await ask(each);
      if (found !== undefined) differences.push(found);
    }
    expect(differences).toEqual([]);
  });
});

/** The difference, where there is one. */
async function ask({ kind, words }: CommandCase): Promise<object | undefined> {
  if (kind === 'start') {
    await twins?.stop();
    twins = await CommandTwins.start(words[0]);
    return undefined;
  }
  if (twins === undefined) throw new Error('Cannot ask: a file of cases begins with !start');
  if (kind === 'receive') {
    await twins.receive(...words);
    return undefined;
  }
  const [theirs, ours] = await twins.ask(...words);
  if (isSame(theirs, ours)) return undefined;
  return {
    words: words.join(' '),
    theirs: { ...theirs, text: linesBesides(theirs, ours) },
    ours: { ...ours, text: linesBesides(ours, theirs) },
  };
}

/** The lines that only one of them says; all of them where that is the same. */
function linesBesides(one: Answer, other: Answer): readonly string[] {
  const others = new Set(other.text.split('\n'));
  const lines = one.text.split('\n');
  const own = lines.filter((line) => !others.has(line));
  return own.length === 0 ? lines : own;
}

function isSame(one: Answer, other: Answer): boolean {
  return one.text === other.text && one.isRefused === other.isRefused;
}
