import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { instant } from '../../src/base/brands.js';
import { createCompiledLogic } from '../../src/machines/compiled-logic.js';
import {
  type Ukey2014Event,
  ukey2014Effects,
  ukey2014Machine,
} from '../../src/machines/ukey-2014-machine.js';
import { recordedEffects } from './recorded-effects.js';

const input = { createdAt: instant(500) };
const stats = { packets: 4, bytes: 400, used: instant(900), tcpFlags: 1 };
const accept: Ukey2014Event = { type: 'stats.accept', stats };
const keep: Ukey2014Event = { type: 'flow.keep' };
const remove: Ukey2014Event = { type: 'flow.delete', reason: 'flow_idle' };
const sweep: Ukey2014Event = { type: 'ukey.sweep' };

function run(...events: readonly Ukey2014Event[]) {
  const log: string[] = [];
  const machine = ukey2014Machine.provide({ actions: recordedEffects(ukey2014Effects, log) });
  const actor = createActor(machine, { input }).start();
  for (const event of events) actor.send(event);
  const { value, context } = actor.getSnapshot();
  return { log, value, context };
}

describe('ukey2014Machine', () => {
  it('is marked where it is kept, gone where it is not (U-106)', () => {
    expect(run(accept, keep)).toMatchObject({ value: 'marked', context: { stats } });
    expect(run(accept, remove)).toMatchObject({ value: 'gone', log: ['queueDelete'] });
  });

  it('ignores a second sighting in a dump (U-098)', () => {
    expect(run(keep, keep).value).toBe('marked');
    expect(run(remove, accept).context.stats.packets).toBe(0);
    expect(run(remove, remove).log).toEqual(['queueDelete']);
  });

  it('accepts counters before anything is decided (U-115)', () => {
    expect(run(accept).context.stats).toEqual(stats);
  });

  it('accepts counters and goes whether marked or not', () => {
    expect(run(keep, accept)).toMatchObject({ value: 'marked', context: { stats } });
    expect(run(keep, remove)).toMatchObject({
      value: 'gone',
      log: ['queueDelete'],
      context: { reason: 'flow_idle' },
    });
  });

  it('is unmarked by the sweep (U-132)', () => {
    expect(run(keep, sweep).value).toBe('unmarked');
  });

  it('is freed by the sweep without another operation, once its flow is gone (U-133)', () => {
    expect(run(remove, sweep)).toMatchObject({
      value: 'deleted',
      log: ['queueDelete', 'releaseCache'],
    });
  });

  it('is left alone by the sweep that finds it missed (U-134)', () => {
    expect(run(sweep).value).toBe('unmarked');
  });

  it('is purged whatever its mark says (U-139)', () => {
    const purge: Ukey2014Event = { type: 'flow.delete', reason: 'purge' };
    expect(run(purge, sweep).value).toBe('deleted');
    expect(run(keep, purge, sweep).value).toBe('deleted');
  });

  it('compiles', () => {
    const machine = ukey2014Machine.provide({ actions: recordedEffects(ukey2014Effects) });
    const actor = createActor(createCompiledLogic(machine), { input }).start();
    for (const event of [accept, keep, sweep, remove, sweep]) actor.send(event);
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', value: 'deleted' });
    expect(actor.getSnapshot().context).toMatchObject({ stats, reason: 'flow_idle' });
  });
});
