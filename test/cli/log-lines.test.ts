import { mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LogFile } from '../../src/cli/log-lines.js';

const path = (): string => join(mkdtempSync(join(tmpdir(), 'upcall-log-')), 'log');

describe('LogFile', () => {
  it('begins anew when the old one was moved away', () => {
    const file = new LogFile(path());
    file.writeLine('one');
    renameSync(file.path, `${file.path}.1`);
    file.writeLine('two');
    file.reopen();
    file.writeLine('three');
    expect(readFileSync(`${file.path}.1`, 'utf8')).toBe('one\ntwo\n');
    expect(readFileSync(file.path, 'utf8')).toBe('three\n');
    file.close();
  });

  it('writes nothing while it is closed', () => {
    const file = new LogFile(path());
    file.close();
    file.writeLine('lost');
    file.reopen();
    file.writeLine('kept');
    expect(readFileSync(file.path, 'utf8')).toBe('kept\n');
    file.close();
  });

  it('says why it cannot be opened', () => {
    expect(() => new LogFile('/nope/log')).toThrow('Cannot open log file "/nope/log": ');
  });
});
