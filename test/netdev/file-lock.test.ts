import { describe, expect, it } from 'vitest';
import { UpcallError } from '../../src/base/errors.js';
import { lockFile } from '../../src/netdev/file-lock.js';
import { FakeKernel } from './fake-kernel.js';

describe('lockFile()', () => {
  it('asks for a lock of the whole file, for writing', async () => {
    const kernel = new FakeKernel();
    expect(await lockFile(3, async () => kernel)).toBe(true);
    expect(kernel.locks).toEqual([[1, ...new Array(31).fill(0)]]);
  });

  it('says that it could not where somebody else has the lock', async () => {
    const kernel = new FakeKernel();
    kernel.failures.set('fcntl', 11);
    expect(await lockFile(3, async () => kernel)).toBe(false);
  });

  it('says that it could not where there is nothing to make the call', async () => {
    const load = (): Promise<never> => Promise.reject(new UpcallError('Cannot load'));
    expect(await lockFile(3, load)).toBe(false);
  });
});
