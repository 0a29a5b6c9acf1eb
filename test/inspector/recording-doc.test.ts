/** What is written about recordings is what recordings are. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { entryFields, entryKinds, faultOfEntry } from '../../src/inspector/entry-fields.js';
import { LOG_VERSION } from '../../src/inspector/log-entry.js';
import { ROOT } from '../tidy/source-tree.js';
import { busyLog } from './busy-log.js';
import { sceneLog } from './scene.js';

const text = readFileSync(join(ROOT, 'docs/recording.md'), 'utf8');
const sections = text.split(/^### /m).slice(1);
const kindOf = (section: string): string | undefined => /^`(.+)`/.exec(section)?.[1];

describe('docs/recording.md', () => {
  it('has the kinds of entries that there are, in their order', () => {
    expect(sections.map(kindOf)).toEqual(entryKinds);
  });

  it.each(entryKinds)('%s: has its fields, and says which may be absent', (kind) => {
    const section = sections.find((candidate) => kindOf(candidate) === kind) ?? '';
    const rows = [...section.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)];
    const documented = rows.map(([, name, is]) => [name, is?.endsWith('or absent')]);
    const fields = Object.entries(entryFields[kind]);
    expect(documented).toEqual(fields.map(([name, type]) => [name, type.endsWith('?')]));
  });

  it('says the version', () => {
    expect(text).toContain(`This is version ${LOG_VERSION}.`);
  });

  it('shows entries that are some', () => {
    const block = /```json\n([\s\S]*?)```/.exec(text)?.[1] ?? '';
    const lines = block.trim().split('\n');
    expect(lines.map((line) => faultOfEntry(JSON.parse(line)))).toEqual(lines.map(() => undefined));
    expect(lines).toHaveLength(5);
  });
});

describe('faultOfEntry()', () => {
  it('finds nothing wrong with any entry of a log', () => {
    for (const entry of [...sceneLog().entries, ...busyLog(1, 300).entries]) {
      expect(faultOfEntry(JSON.parse(JSON.stringify(entry)))).toBeUndefined();
    }
  });

  it.each([
    [null, 'it is no object'],
    [[], 'it is no object'],
    [{ k: 'change', n: 1, reason: 'x' }, 'its "n" and "t" are not both numbers'],
    [{ k: 'toString', n: 1, t: 1 }, 'its kind "toString" is unknown'],
    [{ k: 'change', n: 1, t: 1 }, 'its "reason" is not what a "change" has there'],
    [
      { k: 'delete', n: 1, t: 1, flow: 1, reason: 'x', packets: '9' },
      'its "packets" is not what a "delete" has there',
    ],
  ])('says of %j what is wrong', (value, fault) => {
    expect(faultOfEntry(value)).toBe(fault);
  });
});
