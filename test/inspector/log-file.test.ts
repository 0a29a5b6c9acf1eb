/** Recordings: what is written is read; what is broken says where, and what to do. */

import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LogEntry } from '../../src/inspector/log-entry.js';
import { readLog, readLogHeader } from '../../src/inspector/log-file-reader.js';
import { LogFileWriter, PIECE_SIZE } from '../../src/inspector/log-file-writer.js';
import { header, LogBuilder } from './log-builder.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'upcall-log-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const changes = (count: number): readonly LogEntry[] => {
  const log = new LogBuilder();
  for (let i = 0; i < count; i++) log.at(1_000 + i).add({ k: 'change', reason: `r${i}` });
  return log.entries;
};

function record(name: string, entries: readonly LogEntry[], isClosed = true): string {
  const path = join(folder, name);
  const writer = new LogFileWriter(path, header);
  for (const entry of entries) writer.write(entry);
  if (isClosed) writer.close();
  return path;
}

function writeLines(name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, gzipSync(lines.map((line) => `${line}\n`).join('')));
  return path;
}

async function read(path: string) {
  const entries: LogEntry[] = [];
  const reading = await readLog(path, (entry) => entries.push(entry));
  return { ...reading, read: entries };
}

describe('a recording', () => {
  it('gives back what was written', async () => {
    const entries = changes(10);
    const { read: found, ...reading } = await read(record('whole.log.gz', entries));
    expect(found).toEqual(entries);
    expect(reading).toEqual({ header, entries: 10, isCutShort: false });
  });

  it('is lines of JSON for whoever unpacks it, and is read unpacked as well', async () => {
    const path = record('packed.log.gz', changes(2));
    const text = gunzipSync(readFileSync(path)).toString();
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[2] ?? '')).toEqual({ n: 2, t: 1_001, k: 'change', reason: 'r1' });
    expect(JSON.parse(lines[3] ?? '')).toEqual({ upcall: 'end of log', entries: 2 });
    const plain = join(folder, 'plain.log');
    writeFileSync(plain, text);
    expect((await read(plain)).entries).toBe(2);
  });

  it('says its header without being read to its end', async () => {
    expect(await readLogHeader(record('header.log.gz', changes(3)))).toEqual(header);
  });

  it('whose program crashed is read up to the last piece', async () => {
    const count = Math.ceil((PIECE_SIZE * 2.5) / 40);
    const { isCutShort, entries } = await read(record('crashed.log.gz', changes(count), false));
    expect(isCutShort).toBe(true);
    expect(entries).toBeGreaterThan(count / 2);
    expect(entries).toBeLessThan(count);
  });

  it.each([1, 9, 100, 1_000])('that lost its last %i bytes is read to a whole line', async (by) => {
    const all = changes(20_000);
    const path = record(`cut-${by}.log.gz`, all);
    truncateSync(path, readFileSync(path).length - by);
    const { isCutShort, read: found } = await read(path);
    // All lines may have survived, where only the checksum of the last piece is missing.
    expect(isCutShort || found.length === all.length).toBe(true);
    expect(found.length).toBeGreaterThan(10_000);
    expect(found).toEqual(all.slice(0, found.length));
  });
});

describe('what is no recording', () => {
  const good = (n: number): string => JSON.stringify({ n, t: 1, k: 'change', reason: 'x' });
  const top = JSON.stringify(header);

  it.each([
    ['a capture', ['Bundled pcap']],
    ['another JSON file', ['{"name":"upcall"}']],
    ['nothing', ['']],
  ])('%s: is refused, with what to name instead', async (name, lines) => {
    const path = writeLines(`${name}.gz`, lines);
    await expect(read(path)).rejects.toThrow(/line 1: .*name a file that --record has written/);
  });

  it.each([
    [
      'a version to come',
      [JSON.stringify({ ...header, version: 2 })],
      /line 1: the log has version 2; this version of upcall reads 1, record anew/,
    ],
    ['a garbled line', [top, good(1), '{"n":2,', good(3)], /line 3: it is no JSON; record anew/],
    ['a missing line', [top, good(1), good(3)], /line 3: it is entry 3, not 2; lines are missing/],
    ['an unknown kind', [top, '{"n":1,"t":1,"k":"sing"}'], /line 2: its kind "sing" is unknown/],
    [
      'a wrong field',
      [top, '{"n":1,"t":1,"k":"change","reason":7}'],
      /line 2: its "reason" is not what a "change" has there; the file is damaged/,
    ],
    [
      'a line behind the end',
      [top, '{"upcall":"end of log","entries":0}', good(1)],
      /line 3: it stands behind the end of the log/,
    ],
    ['a bare header', ['{"upcall":"event log","version":1}'], /line 1: the header lacks/],
  ])('%s: is an error that names file and line', async (name, lines, message) => {
    const path = writeLines(`${name}.gz`, lines);
    const error = await read(path).then(
      () => undefined,
      (caught: unknown) => caught as Error,
    );
    expect(error?.message).toMatch(message);
    expect(error?.message).toContain(`Cannot read recording "${path}": `);
  });

  it('a file that is not there: says so', async () => {
    const path = join(folder, 'nowhere.gz');
    await expect(readLogHeader(path)).rejects.toThrow(/no such file or folder; check the path/);
  });

  it('damaged compression: says so', async () => {
    const path = record('damaged.gz', changes(20_000));
    const bytes = readFileSync(path);
    bytes.fill(0x55, 2_000, 2_400);
    writeFileSync(path, bytes);
    await expect(read(path)).rejects.toThrow(/Cannot read recording .*damaged\.gz/);
  });

  it('a folder where a recording is to be written: is refused', () => {
    expect(() => new LogFileWriter(folder, header)).toThrow(/Cannot write recording .*directory/);
  });
});
