/** Which commands are compared with the real ones: all of them, but for those that it has not. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoppableClock } from '../../src/base/stoppable-clock.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { Vlog } from '../../src/base/vlog.js';
import { createCommands } from '../../src/management/management.js';
import { createSwitch } from '../../src/switch.js';
import { caseFiles, readCases } from './command-cases.js';

/** Compared by their form in `appctl-self.test.ts`: they speak of the program. */
const BY_FORM = [
  'list-commands',
  'dpctl/list-commands',
  'version',
  'exit',
  'coverage/show',
  'memory/show',
  'vlog/list',
];
/** Compared with a file of expected output, for 3.1 lacks them. */
const BY_FILE = ['ofproto/detrace'];
/** Told what is in files, in `appctl.test.ts`. */
const WITH_FILES = ['dpctl/add-flows', 'dpctl/mod-flows'];

/** Nothing runs: time stands still. */
function namesOfOurs(): readonly string[] {
  const clock = new StoppableClock(new VirtualClock());
  const log = new Vlog();
  const sw = createSwitch({ clock, log });
  return createCommands(sw, { log })
    .list()
    .map(({ name }) => name);
}

describe('The operators’ commands', () => {
  it('are all compared with the real ones, or with files', () => {
    const asked = caseFiles().flatMap((name) => readCases(name).map(({ words }) => words[0] ?? ''));
    const compared = new Set([...asked, ...BY_FORM, ...BY_FILE, ...WITH_FILES]);
    expect(namesOfOurs().filter((name) => !compared.has(name))).toEqual([]);
  });

  it('of which 3.1 lacks some have files', () => {
    const folder = join(import.meta.dirname, '../fixtures/commands');
    for (const name of BY_FILE) {
      const path = join(folder, `${name.replace('/', '-')}.txt`);
      expect(readFileSync(path, 'utf8')).not.toBe('');
    }
  });
});
