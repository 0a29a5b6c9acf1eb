import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { barrierMachine } from '../../src/machines/barrier-machine.js';

function startBarrier(size: number) {
  const released: boolean[] = [];
  const machine = barrierMachine.provide({
    actions: { releaseAll: ({ context }) => void released.push(context.isExiting) },
  });
  return { barrier: createActor(machine, { input: { size } }).start(), released };
}

describe('barrierMachine', () => {
  it('releases all when the last of them has come (U-082)', () => {
    const { barrier, released } = startBarrier(3);
    barrier.send({ type: 'member.arrived' });
    barrier.send({ type: 'member.arrived' });
    expect(released).toEqual([]);
    barrier.send({ type: 'member.arrived' });
    expect(released).toEqual([false]);
  });

  it('lets a single member through at once', () => {
    const { barrier, released } = startBarrier(1);
    barrier.send({ type: 'member.arrived' });
    barrier.send({ type: 'member.arrived' });
    expect(released).toHaveLength(2);
  });

  it('starts the next round at zero', () => {
    const { barrier, released } = startBarrier(2);
    for (let i = 0; i < 5; i++) barrier.send({ type: 'member.arrived' });
    expect(released).toHaveLength(2);
    expect(barrier.getSnapshot().context).toMatchObject({ arrived: 1, rounds: 2 });
  });

  it('hands on what the leader said, whoever comes last (U-083)', () => {
    const { barrier, released } = startBarrier(2);
    barrier.send({ type: 'member.arrived', isExiting: true });
    barrier.send({ type: 'member.arrived' });
    expect(released).toEqual([true]);
  });

  it('keeps the word of the leader until it says another one', () => {
    const { barrier, released } = startBarrier(1);
    barrier.send({ type: 'member.arrived', isExiting: true });
    barrier.send({ type: 'member.arrived', isExiting: false });
    expect(released).toEqual([true, false]);
  });

  it('ends when it is destroyed', () => {
    const { barrier } = startBarrier(2);
    barrier.send({ type: 'barrier.destroy' });
    expect(barrier.getSnapshot().status).toBe('done');
  });
});
