import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import {
  type HandlerEvent,
  handlerEffects,
  handlerMachine,
} from '../../src/machines/handler-machine.js';
import { recordedEffects } from './recorded-effects.js';

const queued: HandlerEvent = { type: 'upcalls.queued' };
const exit: HandlerEvent = { type: 'exit.latched' };
const translated: HandlerEvent = { type: 'batch.translated' };
const operated: HandlerEvent = { type: 'batch.operated' };
const turn: HandlerEvent = { type: 'turn.granted' };
const received = (count: number): HandlerEvent => ({ type: 'batch.received', count });

function run(...events: readonly HandlerEvent[]) {
  const log: string[] = [];
  const machine = handlerMachine.provide({ actions: recordedEffects(handlerEffects, log) });
  const actor = createActor(machine, { input: { index: 0 } }).start();
  for (const event of events) actor.send(event);
  return { log, value: actor.getSnapshot().value };
}

describe('handlerMachine', () => {
  it('U-032: waits where there is nothing to read', () => {
    expect(run()).toEqual({ log: ['armReceive'], value: 'waiting' });
  });

  it('U-034: handles a batch, then reads the next', () => {
    const { log, value } = run(queued, received(50), translated, operated, turn);
    expect(value).toBe('receiving');
    expect(log).toEqual([
      'armReceive',
      'disarmReceive',
      'readBatch',
      'translateBatch',
      'operateBatch',
      'yieldTurn',
      'readBatch',
    ]);
  });

  it('U-035: waits after a batch that left nothing to translate', () => {
    expect(run(queued, received(0)).value).toBe('waiting');
  });

  it('U-033: gives up its turn between two batches', () => {
    const { value } = run(queued, received(1), translated, operated);
    expect(value).toEqual({ operating: 'yielding' });
  });

  it('U-031: exits at once while it waits', () => {
    const { log, value } = run(exit);
    expect(value).toBe('exited');
    expect(log).toEqual(['armReceive', 'disarmReceive', 'reportExited']);
  });

  it('U-031: handles what it has read before it exits, and reads no more', () => {
    const { log, value } = run(queued, exit, received(3), translated, operated, turn);
    expect(value).toBe('exited');
    expect(log.filter((effect) => effect === 'readBatch')).toHaveLength(1);
    expect(log.slice(-4)).toEqual(['translateBatch', 'operateBatch', 'yieldTurn', 'reportExited']);
  });

  it('U-031: exits after an empty read', () => {
    expect(run(queued, exit, received(0)).value).toBe('exited');
  });
});
