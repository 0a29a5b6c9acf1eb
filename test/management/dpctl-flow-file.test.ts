/** `dpctl/add-flows` and its like: flows from files. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCommandSwitch } from './command-switch.js';

const FLOW = 'in_port(1),eth(),eth_type(0x1234)';
const OTHER = 'in_port(2),eth(),eth_type(0x1234)';
const DUMP = ['dpctl/dump-flows', 'pmd=-1'] as const;

const line = (flow: string, actions: string): string =>
  `recirc_id(0),${flow}, packets:0, bytes:0, used:never, actions:${actions}\n`;

describe('dpctl/add-flows', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'upcall-flows-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function file(text: string): string {
    const path = join(folder, 'flows');
    writeFileSync(path, text);
    return path;
  }

  async function createPaused() {
    const created = createCommandSwitch();
    await created.run('revalidator/pause');
    return created;
  }

  it('adds a flow a line, but for remarks and empty lines', async () => {
    const { run } = await createPaused();
    const path = file(`# first\n\n${FLOW} 2,3 # both\n${OTHER}\t3\n`);
    expect(await run('dpctl/add-flows', path)).toBe('');
    expect(await run(...DUMP)).toBe(line(FLOW, '2,3') + line(OTHER, '3'));
  });

  it('does what a line says instead', async () => {
    const { run } = await createPaused();
    const path = file(`${FLOW} 2\nmodify ${FLOW} 3\nadd ${OTHER} 3\ndel ${OTHER}\n`);
    expect(await run('dpctl/add-flows', 'embedded@ovs-embedded', path)).toBe('');
    expect(await run(...DUMP)).toBe(line(FLOW, '3'));
  });

  it('goes on after a line that makes no sense, and after one that fails', async () => {
    const { run } = await createPaused();
    const path = file(`${FLOW}\nzork 2\n${FLOW} 2\n${FLOW} 3\n${OTHER} 3\n`);
    expect(await run('dpctl/add-flows', path)).toBe(
      'upcall: Failed parsing line number 1, skipped!\n' +
        'upcall: parsing flow key (syntax error at zork) (Invalid argument)\n' +
        'upcall: updating flow table (File exists)\n',
    );
    expect(await run(...DUMP)).toBe(line(FLOW, '2') + line(OTHER, '3'));
  });

  it('modifies by default where it is called mod-flows, and deletes where del-flows', async () => {
    const { run } = await createPaused();
    await run('dpctl/add-flows', file(`${FLOW} 2\n${OTHER} 3\n`));
    expect(await run('dpctl/mod-flows', file(`${FLOW} 3\n`))).toBe('');
    expect(await run('dpctl/del-flows', file(`${OTHER}\n`))).toBe('');
    expect(await run(...DUMP)).toBe(line(FLOW, '3'));
  });

  it('says so where there is no such file', async () => {
    const { run } = await createPaused();
    expect(await run('dpctl/add-flows', '/nope')).toBe(
      'upcall: Opening file "/nope" failed (No such file or directory)\n',
    );
    expect(await run('dpctl/add-flows', folder)).toBe(
      `upcall: Opening file "${folder}" failed (Is a directory)\n`,
    );
  });
});
