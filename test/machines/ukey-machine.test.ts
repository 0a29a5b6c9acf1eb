/** The ukey machine by value: the table of its life, its accounting, the contract on its actors. */

import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { instant, seqNo } from '../../src/base/brands.js';
import { createCompiledLogic } from '../../src/machines/compiled-logic.js';
import { edgesOf } from '../../src/machines/machine-edges.js';
import { NO_COUNTERS } from '../../src/machines/stats-delta.js';
import { type UkeyEvent, ukeyEffects, ukeyMachine } from '../../src/machines/ukey-machine.js';
import { recordedEffects } from './recorded-effects.js';
import { type CreateUkey, createInterpretedUkey, describeUkeyContract } from './ukey-contract.js';
import { ukeyInput } from './ukey-paths.js';

const createCompiledUkey: CreateUkey = (input, inspect) => {
  const effects: string[] = [];
  const logic = createCompiledLogic(
    ukeyMachine.provide({ actions: recordedEffects(ukeyEffects, effects) }),
  );
  const options = inspect === undefined ? { input } : { input, inspect };
  return { actor: createActor(logic, options).start(), effects };
};

describeUkeyContract('the interpreted machine', createInterpretedUkey);
describeUkeyContract('compiled logic', createCompiledUkey);

const stats = { packets: 9, bytes: 900, used: instant(2_000), tcpFlags: 2 };
const keep: UkeyEvent = { type: 'flow.keep', stats, dumpSeq: seqNo(6), revalSeq: seqNo(4) };
const install: UkeyEvent = { type: 'ukey.install' };
const put: UkeyEvent = { type: 'put.succeeded' };
const remove: UkeyEvent = { type: 'flow.delete', reason: 'flow_idle' };

function run(...events: readonly UkeyEvent[]) {
  const ukey = createInterpretedUkey(ukeyInput);
  for (const event of events) ukey.actor.send(event);
  const { value, context } = ukey.actor.getSnapshot();
  return { value, context, effects: ukey.effects };
}

describe('ukeyMachine', () => {
  it('moves along the table of behaviours 5.4 and in no other way (S21)', () => {
    const table = edgesOf(ukeyMachine).map(({ source, event, target }) => [source, event, target]);
    expect(table).toEqual([
      ['created', 'ukey.install', 'visible'],
      ['visible', 'put.succeeded', 'operational'],
      ['visible', 'put.failed', 'evicted'],
      ['visible', 'flow.dumped', 'operational'],
      ['visible', 'flow.delete', 'evicting'],
      ['operational', 'flow.keep', 'operational'],
      ['operational', 'flow.modify', 'operational'],
      ['operational', 'modify.failed', 'inconsistent'],
      ['operational', 'dump.missed', 'operational'],
      ['operational', 'flow.delete', 'evicting'],
      ['inconsistent', 'flow.delete', 'evicting'],
      ['evicting', 'deletion.succeeded', 'evicted'],
      ['evicting', 'deletion.missed', 'evicted'],
      ['evicting', 'deletion.refused', 'operational'],
      ['evicted', 'ukey.sweep', 'deleted'],
      ['evicted', 'ukey.replace', 'deleted'],
    ]);
  });

  it('starts with no counters and the sequences it was given (U-095)', () => {
    expect(run().context).toEqual({
      ...ukeyInput,
      stats: NO_COUNTERS,
      missedDumps: 0,
      reason: undefined,
    });
  });

  it('pushes the delta, then takes the dumped counters as its base (U-110)', () => {
    const { value, context, effects } = run(install, put, keep);
    expect(value).toBe('operational');
    expect(context).toMatchObject({ stats, dumpSeq: 6, revalSeq: 4 });
    expect(effects).toEqual(['pushDelta']);
  });

  it('pushes against the base from before (U-110)', () => {
    const bases: number[] = [];
    const machine = ukeyMachine.provide({
      actions: { pushDelta: ({ context }) => void bases.push(context.stats.packets) },
    });
    const actor = createActor(machine, { input: ukeyInput }).start();
    for (const event of [install, put, keep, keep]) actor.send(event);
    expect(bases).toEqual([0, 9]);
  });

  it('has changed actions put into the flow (U-124)', () => {
    const { value, effects } = run(install, put, { ...keep, type: 'flow.modify' });
    expect(value).toBe('operational');
    expect(effects).toEqual(['pushDelta', 'queueModify']);
  });

  it('is deleted by the next dump or sweep after a failed modification', () => {
    const { value, context, effects } = run(install, put, { type: 'modify.failed' }, keep, {
      type: 'flow.delete',
      reason: 'update_fail',
    });
    expect(value).toBe('evicting');
    expect(context.reason).toBe('update_fail');
    expect(effects).toEqual(['queueDelete']);
  });

  it('has at most one deletion under way (U-153)', () => {
    expect(run(install, put, remove, remove, remove).effects).toEqual(['queueDelete']);
  });

  it('leaves its base alone when it is deleted (U-105)', () => {
    expect(run(install, put, keep, remove).context.stats).toEqual(stats);
  });

  it('pushes the last counters once (U-141)', () => {
    const end: UkeyEvent = { type: 'deletion.succeeded', stats };
    expect(run(install, put, remove, end, end).effects).toEqual(['queueDelete', 'pushFinal']);
  });

  it('pushes nothing where the flow was gone (U-145)', () => {
    const { value, effects } = run(install, put, keep, remove, { type: 'deletion.missed' });
    expect(value).toBe('evicted');
    expect(effects).toEqual(['pushDelta', 'queueDelete', 'reportLost']);
  });

  it('is operational again, with its base, where the flow could not be deleted (U-145)', () => {
    const { value, context } = run(install, put, keep, remove, { type: 'deletion.refused' });
    expect(value).toBe('operational');
    expect(context).toMatchObject({ stats, reason: undefined });
  });

  it('is operational once it is dumped, and then ignores the answer of its put', () => {
    expect(run(install, { type: 'flow.dumped' }).value).toBe('operational');
    expect(run(install, { type: 'flow.dumped' }, { type: 'put.failed' }).value).toBe('operational');
  });

  it('is evicted with nothing to push where its put failed (U-071)', () => {
    const { value, effects } = run(install, { type: 'put.failed' });
    expect(value).toBe('evicted');
    expect(effects).toEqual([]);
  });

  it('counts the dumps that missed it until one brings it (U-140)', () => {
    const miss: UkeyEvent = { type: 'dump.missed' };
    expect(run(install, put, miss, miss).context.missedDumps).toBe(2);
    expect(run(install, put, miss, miss, keep).context.missedDumps).toBe(0);
    const recheck: UkeyEvent = { ...keep, dumpSeq: ukeyInput.dumpSeq };
    expect(run(install, put, miss, recheck).context.missedDumps).toBe(1);
  });

  it('lets go of its cache when it is swept or replaced (U-133)', () => {
    const failed: UkeyEvent = { type: 'put.failed' };
    expect(run(install, failed, { type: 'ukey.sweep' }).effects).toEqual(['releaseCache']);
    expect(run(install, failed, { type: 'ukey.replace' }).value).toBe('deleted');
  });
});
