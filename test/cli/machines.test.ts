import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import { machines } from '../../src/machines/registry.js';
import { runCli } from './run-cli.js';

const names = machines.map(({ name }) => name);

describe('upcall machines', () => {
  it.each(names)('draws %s', async (name) => {
    const { status, stdout } = await runCli(['machines', name]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^stateDiagram-v2\n/);
  });

  it.each(names)('prints %s as JSON that createMachine accepts', async (name) => {
    const { stdout } = await runCli(['machines', name, '--format', 'json']);
    const original = machines.find((entry) => entry.name === name)?.machine;
    const machine = createMachine(JSON.parse(stdout));
    expect(machine.id).toBe(name);
    expect(Object.keys(machine.states)).toEqual(Object.keys(original?.states ?? {}));
  });

  it('draws all of them without a name', async () => {
    const { stdout } = await runCli(['machines']);
    expect(stdout.match(/^%% \S+/gm)).toEqual(names.map((name) => `%% ${name}:`));
    const all = await runCli(['machines', '--format', 'json']);
    expect(JSON.parse(all.stdout)).toHaveLength(names.length);
  });
});
