import { describe, expect, it } from 'vitest';
import { currentProfile } from '../../src/machines/profiles.js';

describe('currentProfile', () => {
  it('has the defaults of Open vSwitch 3.1', () => {
    expect(currentProfile.defaults).toEqual({
      maxIdle: 10_000,
      maxIdleMin: 500,
      maxRevalidator: 500,
      minRevalidatePps: 5,
      flowLimit: 200_000,
      macTableSize: 8_192,
    });
  });

  it('drops a flow that was gone, and keeps one that could not be deleted (U-145)', () => {
    expect(currentProfile.deltaOnDeleteError('ENOENT')).toBe('missed');
    expect(currentProfile.deltaOnDeleteError('EBUSY')).toBe('refused');
  });

  it('pushes nothing at zero packets, NetFlow or not (U-146)', () => {
    expect(currentProfile.zeroPush(0, true)).toBe(false);
    expect(currentProfile.zeroPush(1, false)).toBe(true);
  });

  it('is Open vSwitch of today in all that has a name', () => {
    const { ukeyLife, limitReadAt, unmaskedFlow, showFormat, showThreads } = currentProfile;
    expect([ukeyLife, limitReadAt, unmaskedFlow]).toEqual(['states', 'write', 'exact']);
    expect([showFormat, showThreads]).toEqual(['current', 'running']);
    expect(currentProfile.controllerAction).toBe('userspace');
    expect(currentProfile.commandsFrom).toBe('start');
  });

  it('mends what the seed did wrong (U-075, U-087, U-090, U-124, U-140)', () => {
    expect(currentProfile).toMatchObject({
      name: 'current',
      ukeyAtPut: true,
      missSharing: 'none',
      minCycleGap: 5,
      modifyInPlace: true,
      missedDumpsMax: 4,
      fitnessCheck: true,
      failOpenBatch: false,
      longDumpLevel: 'warn',
    });
    expect(currentProfile.limitGrowth(0)).toBe(true);
  });
});
