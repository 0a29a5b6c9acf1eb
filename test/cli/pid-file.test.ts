import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SelfProcess } from '../../src/cli/io.js';
import { PidFile } from '../../src/cli/pid-file.js';

const self: SelfProcess = {
  pid: process.pid,
  command: [],
  words: [],
  isAlive: (pid) => pid === process.pid || pid === process.ppid,
};

function freshPath(content?: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'upcall-pid-')), 'upcall.pid');
  if (content !== undefined) writeFileSync(path, content);
  return path;
}

describe('PidFile.claim()', () => {
  it("writes the process's id, and removes it", () => {
    const path = freshPath();
    const file = PidFile.claim(path, self);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    file.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a file whose process lives, and leaves it alone', () => {
    const path = freshPath(`${process.ppid}\n`);
    const message = `Cannot claim pid file "${path}": process ${process.ppid} has it; stop it`;
    expect(() => PidFile.claim(path, self)).toThrow(message);
    expect(readFileSync(path, 'utf8')).toBe(`${process.ppid}\n`);
  });

  it.each([
    ['whose process is dead', '4194303\n'],
    ['that names ourselves, from before a restart of the machine', `${process.pid}\n`],
    ['in which there is no id', 'nonsense\n'],
    ['that is empty', ''],
  ])('replaces a file %s', (_what, content) => {
    const path = freshPath(content);
    PidFile.claim(path, self);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    expect(readdirSync(join(path, '..'))).toEqual(['upcall.pid']);
  });

  it.skipIf(!existsSync('/proc/self/stat'))(
    'replaces a file that is older than the process that has its id now',
    () => {
      const path = freshPath(`${process.ppid}\n`);
      utimesSync(path, 1, 1);
      PidFile.claim(path, self);
      expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    },
  );

  it('says why a file cannot be written', () => {
    const path = join(freshPath(), 'no', 'folder');
    expect(() => PidFile.claim(path, self)).toThrow(
      `Cannot write pid file "${path}": no such file`,
    );
  });
});
