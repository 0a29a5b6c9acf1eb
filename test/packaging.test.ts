/**
 * What `packaging/` holds: the unit that runs the switch under systemd.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../src/cli/arguments.js';
import { runCommand } from '../src/cli/run.js';
import { readRunOptions } from '../src/cli/run-options.js';

const UNIT = join(import.meta.dirname, '../packaging/upcall.service');
const ANALYZE = '/usr/bin/systemd-analyze';

const unit = readFileSync(UNIT, 'utf8');
/** The value of a setting that stands once. */
const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? '';

describe('upcall.service', () => {
  it('starts a command whose options there are, and that writes where systemd looks', () => {
    const [, , command, ...words] = setting('ExecStart').split(' ');
    expect([command, words.pop()]).toEqual(['run', '$UPCALL_OPTIONS']);
    const options = readRunOptions(parseArguments(runCommand, words), { env: {} });
    const { isDetached, pidFile, rundir } = options;
    expect({ isDetached, pidFile, rundir }).toEqual({
      isDetached: true,
      pidFile: setting('PIDFile'),
      rundir: `/run/${setting('RuntimeDirectory')}`,
    });
    expect(options.logFile).toBe(`/var/log/${setting('LogsDirectory')}/upcall.log`);
  });

  it('shows options in its comment that there are', () => {
    const [, words = ''] = /UPCALL_OPTIONS=(.*)/.exec(unit) ?? [];
    const options = readRunOptions(parseArguments(runCommand, words.split(' ')), { env: {} });
    expect(options.ports).toHaveLength(2);
    expect(options.failMode).toBe('secure');
  });

  it.skipIf(!existsSync(ANALYZE))('has nothing that systemd does not know', () => {
    const verify = [ANALYZE, 'verify', UNIT, '2>&1'].join(' ');
    expect(execFileSync('sh', ['-c', verify], { encoding: 'utf8' })).toBe('');
  });
});
