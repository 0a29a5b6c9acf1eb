import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { type UdpifEvent, udpifEffects, udpifMachine } from '../../src/machines/udpif-machine.js';
import { recordedEffects } from './recorded-effects.js';

const set = (handlers: number, revalidators: number): UdpifEvent => ({
  type: 'threads.set',
  handlers,
  revalidators,
});
const configured: UdpifEvent = { type: 'handlers.configured' };
const refused: UdpifEvent = { type: 'handlers.refused', error: 'EIO' };
const handlerGone: UdpifEvent = { type: 'handler.exited' };
const revalidatorGone: UdpifEvent = { type: 'revalidator.exited' };
const purged: UdpifEvent = { type: 'purge.finished' };
const flushed: UdpifEvent = { type: 'flush.finished' };
const flush: UdpifEvent = { type: 'udpif.flush' };
const synchronize: UdpifEvent = { type: 'udpif.synchronize' };
const destroy: UdpifEvent = { type: 'udpif.destroy' };
const pause: UdpifEvent = { type: 'revalidators.pause' };
const resume: UdpifEvent = { type: 'revalidators.resume' };
const purge: UdpifEvent = { type: 'revalidators.purge' };
const parked: UdpifEvent = { type: 'leader.parked' };

/** Running with one handler and one revalidator. */
const start: readonly UdpifEvent[] = [set(1, 1), configured];
/** One handler and one revalidator end, and all is purged. */
const stop: readonly UdpifEvent[] = [handlerGone, revalidatorGone, purged];

function run(...events: readonly UdpifEvent[]) {
  const log: string[] = [];
  const machine = udpifMachine.provide({ actions: recordedEffects(udpifEffects, log) });
  const actor = createActor(machine).start();
  for (const event of events) actor.send(event);
  const { value, context } = actor.getSnapshot();
  return { log, value, context };
}

describe('udpifMachine: threads', () => {
  it('starts with nothing (U-003)', () => {
    const { log, value, context } = run();
    expect([log, value]).toEqual([[], 'stopped']);
    expect(context.counts).toEqual({ handlers: 0, revalidators: 0 });
  });

  it('sets up the queues, then starts (U-011)', () => {
    const { log, value, context } = run(...start);
    expect(value).toEqual({ running: 'cycling' });
    expect(log).toEqual(['configureHandlers', 'startThreads']);
    expect(context.counts).toEqual({ handlers: 1, revalidators: 1 });
  });

  it('does nothing where the counts are in force (U-007)', () => {
    expect(run(...start, set(1, 1)).log).toEqual(['configureHandlers', 'startThreads']);
  });

  it('stops with a purge, sets up the queues anew and starts, where they differ (U-008)', () => {
    const { log, value, context } = run(...start, set(2, 1), ...stop, configured);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.slice(2)).toEqual(['latchExit', 'purgeUkeys', 'configureHandlers', 'startThreads']);
    expect(context.counts).toEqual({ handlers: 2, revalidators: 1 });
    expect(run(...start, set(1, 2)).value).toEqual({ stopping: 'handlers' });
  });

  it('reports refused queues, starts nothing and tries again when asked again (U-009)', () => {
    const { log, value, context } = run(set(1, 1), refused);
    expect(value).toBe('stopped');
    expect(log).toEqual(['configureHandlers', 'reportRefusal']);
    expect(context.counts.handlers).toBe(0);
    expect(run(set(1, 1), refused, set(1, 1), configured).value).toEqual({ running: 'cycling' });
  });

  it('purges only after every handler and every revalidator has ended (U-012)', () => {
    const running = [set(2, 2), configured, synchronize];
    expect(run(...running, revalidatorGone, revalidatorGone, handlerGone).value).toEqual({
      stopping: 'handlers',
    });
    expect(run(...running, handlerGone, handlerGone, revalidatorGone).value).toEqual({
      stopping: 'revalidators',
    });
    const all = [handlerGone, revalidatorGone, handlerGone, revalidatorGone];
    expect(run(...running, ...all).value).toBe('purging');
  });

  it('neither stops nor starts anything while nothing runs (U-013, U-014)', () => {
    expect(run(synchronize)).toMatchObject({ log: [], value: 'stopped' });
    expect(run(purge)).toMatchObject({ log: [], value: 'stopped' });
  });

  it('flushes the datapath between stop and start (U-019)', () => {
    const { log, value } = run(...start, flush, ...stop, flushed);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.slice(2)).toEqual(['latchExit', 'purgeUkeys', 'flushDatapath', 'startThreads']);
  });

  it('only flushes the datapath where nothing runs (U-021)', () => {
    expect(run(flush, flushed)).toMatchObject({ log: ['flushDatapath'], value: 'stopped' });
  });

  it('synchronizes by a restart with the same counts (U-022)', () => {
    const { log, context } = run(...start, synchronize, ...stop);
    expect(log.slice(2)).toEqual(['latchExit', 'purgeUkeys', 'startThreads']);
    expect(context).toMatchObject({ handlersAlive: 1, revalidatorsAlive: 1 });
  });

  it('does so too after it was started with other counts', () => {
    const restarted = [...start, set(2, 1), ...stop, configured];
    const { log, value } = run(...restarted, synchronize, handlerGone, ...stop);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.slice(-3)).toEqual(['latchExit', 'purgeUkeys', 'startThreads']);
  });

  it('passes a revalidation on in every state (U-024)', () => {
    const revalidate: UdpifEvent = { type: 'udpif.revalidate', reason: 'flow_table' };
    expect(run(revalidate).log).toEqual(['changeRevalSeq']);
    expect(run(...start, flush, revalidate).log.at(-1)).toBe('changeRevalSeq');
  });

  it('stops first when it is destroyed (U-003)', () => {
    const { log, value } = run(...start, destroy, ...stop);
    expect(value).toBe('destroyed');
    expect(log.slice(2)).toEqual(['latchExit', 'purgeUkeys', 'reportDestroyed']);
    expect(run(destroy).value).toBe('destroyed');
  });
});

describe('udpifMachine: the queue', () => {
  it('keeps what comes while it stops, and does it afterwards', () => {
    const { log, value } = run(...start, synchronize, flush, ...stop, ...stop, flushed);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.filter((name) => name === 'flushDatapath')).toHaveLength(1);
    expect(log.filter((name) => name === 'startThreads')).toHaveLength(3);
  });

  it('keeps the order of what came', () => {
    const { log, value } = run(...start, synchronize, set(1, 2), destroy, ...stop, ...stop);
    expect(value).toBe('configuring');
    expect(log.at(-1)).toBe('configureHandlers');
    const rest = [configured, handlerGone, revalidatorGone, revalidatorGone, purged];
    expect(run(...start, synchronize, set(1, 2), destroy, ...stop, ...stop, ...rest).value).toBe(
      'destroyed',
    );
  });

  it.each([
    ['configuring', [set(1, 1)], [configured]],
    ['purging', [...start, synchronize, handlerGone, revalidatorGone], [purged]],
    ['flushing', [...start, flush, ...stop], [flushed]],
    ['clearing', [...start, purge, parked], [purged]],
    ['clearing in a pause', [...start, pause, parked, purge], [purged]],
  ] as const)('keeps a destroy that comes while %s', (_state, before, after) => {
    expect(run(...before, destroy).context.queue).toEqual([destroy]);
    const end = run(...before, destroy, ...after);
    expect(end.value).toEqual({ stopping: 'handlers' });
    expect(end.context.queue).toEqual([]);
  });

  it('keeps a synchronize too', () => {
    const { log, value } = run(set(1, 1), synchronize, configured, ...stop);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.filter((name) => name === 'startThreads')).toHaveLength(2);
  });

  it('does what it kept also where it ends up stopped', () => {
    expect(run(set(1, 1), destroy, refused).value).toBe('destroyed');
  });
});

describe('udpifMachine: pause, resume and purge', () => {
  it('parks the revalidators', () => {
    const { log, value } = run(...start, pause, parked);
    expect(value).toEqual({ running: 'parked' });
    expect(log.at(-1)).toBe('latchPause');
  });

  it('lets them go on, parked or not yet', () => {
    for (const events of [
      [pause, resume],
      [pause, parked, resume],
    ]) {
      const { log, value } = run(...start, ...events);
      expect(value).toEqual({ running: 'cycling' });
      expect(log.slice(-2)).toEqual(['latchPause', 'releasePause']);
    }
  });

  it('purges when they are parked, then lets them go on', () => {
    const { log, value } = run(...start, purge, parked, purged);
    expect(value).toEqual({ running: 'cycling' });
    expect(log.slice(2)).toEqual(['latchPause', 'purgeUkeys', 'releasePause']);
  });

  it('purges in the middle of a pause, and the pause goes on', () => {
    expect(run(...start, pause, parked, purge, purged).value).toEqual({ running: 'parked' });
    expect(run(...start, pause, purge, parked, purged).value).toEqual({ running: 'parked' });
  });

  it('a resume before the purge could begin does not call it off', () => {
    const { log, value } = run(...start, pause, purge, resume, parked, purged);
    expect(value).toEqual({ running: 'cycling' });
    expect(log).toContain('purgeUkeys');
  });

  it('purges once more for a purge that comes in the middle of one', () => {
    const { log } = run(...start, purge, parked, purge, purged, parked, purged);
    expect(log.filter((name) => name === 'purgeUkeys')).toHaveLength(2);
  });

  it('purges once for a purge: neither at the next pause, nor after a restart', () => {
    expect(run(...start, purge, parked, purged, pause, parked).value).toEqual({
      running: 'parked',
    });
    expect(run(...start, purge, synchronize, ...stop, pause, parked).value).toEqual({
      running: 'parked',
    });
  });

  it('remembers a pause over a restart', () => {
    const { log, value } = run(...start, pause, parked, synchronize, ...stop);
    expect(value).toEqual({ running: 'parking' });
    expect(log.slice(-2)).toEqual(['startThreads', 'latchPause']);
  });

  it('remembers a pause from before the start', () => {
    expect(run(pause, ...start).value).toEqual({ running: 'parking' });
    expect(run(pause, resume, ...start).value).toEqual({ running: 'cycling' });
  });
});
