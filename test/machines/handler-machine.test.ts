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
  const { value, context, status } = actor.getSnapshot();
  return { log, value, context, status };
}

describe('handlerMachine', () => {
  it('waits where there is nothing to read (U-032)', () => {
    expect(run()).toMatchObject({ log: ['armReceive'], value: 'waiting', status: 'active' });
  });

  it('handles a batch, then reads the next (U-034)', () => {
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

  it('waits after a batch that left nothing to translate (U-035)', () => {
    expect(run(queued, received(0)).value).toBe('waiting');
  });

  it('gives up its turn between two batches (U-033)', () => {
    const { value } = run(queued, received(1), translated, operated);
    expect(value).toEqual({ operating: 'yielding' });
  });

  it('exits at once while it waits (U-031)', () => {
    const { log, value, status } = run(exit);
    expect([value, status]).toEqual(['exited', 'done']);
    expect(log).toEqual(['armReceive', 'disarmReceive', 'reportExited']);
  });

  it('handles what it has read before it exits, and reads no more (U-031)', () => {
    const { log, value } = run(queued, exit, received(3), translated, operated, turn);
    expect(value).toBe('exited');
    expect(log.filter((effect) => effect === 'readBatch')).toHaveLength(1);
    expect(log.slice(-4)).toEqual(['translateBatch', 'operateBatch', 'yieldTurn', 'reportExited']);
  });

  it('knows its queue, and nothing of an exit at first', () => {
    expect(run().context).toEqual({ index: 0, isExitLatched: false });
    expect(run(exit).context).toEqual({ index: 0, isExitLatched: true });
  });

  it('exits after an empty read (U-031)', () => {
    expect(run(queued, exit, received(0)).value).toBe('exited');
  });
});
