import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import * as door from '../../src/machines/index.js';

describe('the door of upcall/machines', () => {
  it('exports every machine of the registry', () => {
    const exported: readonly unknown[] = Object.values(door);
    for (const { machine } of door.machines) expect(exported).toContain(machine);
  });

  it('gives JSON that createMachine() accepts', () => {
    expect(createMachine(door.drawJson(door.ukeyMachine)).id).toBe('ukey');
  });
});
