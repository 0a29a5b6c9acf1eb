import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createActor } from 'xstate';
import { edgesOf, statesOf } from '../../src/machines/machine-edges.js';
import { connectionEffects, connectionMachine } from '../../src/openflow/connection-machine.js';
import {
  BACKOFF_MS_MAX,
  reconnectEffects,
  reconnectMachine,
} from '../../src/openflow/reconnect-machine.js';
import { arrowsOf, pictureIn } from '../machines/state-picture.js';

const MACHINES: readonly [string, AnyStateMachine, readonly string[]][] = [
  ['connection', connectionMachine, connectionEffects],
  ['reconnect', reconnectMachine, reconnectEffects],
];

describe.each(MACHINES)('The %s machine', (name, machine, effects) => {
  it('has exactly the arrows of the picture in its header', () => {
    expect(machine.id).toBe(name);
    expect(pictureIn(`src/openflow/${name}-machine.ts`)).toEqual(arrowsOf(machine));
  });

  it('has events that are lower-case nouns and verbs with dots', () => {
    for (const { event } of edgesOf(machine)) expect(event).toMatch(/^[a-z]+\.[a-z]+$/);
  });

  it('asks for each of its effects', () => {
    const asked = new Set([
      ...statesOf(machine).flatMap(({ entry, exit }) => [...entry, ...exit]),
      ...edgesOf(machine).flatMap(({ actions }) => actions),
    ]);
    for (const effect of effects) expect(asked).toContain(effect);
    expect(Object.keys(machine.implementations.actions).toSorted()).toEqual([...asked].toSorted());
  });
});

function startReconnect() {
  const done: string[] = [];
  const machine = reconnectMachine.provide({
    actions: {
      connect: () => done.push('connect'),
      armAttempt: () => {},
      armBackoff: ({ context }) => done.push(`wait ${context.backoffMs}`),
      disarm: () => {},
      disconnect: () => done.push('disconnect'),
    },
  });
  return { actor: createActor(machine).start(), done };
}

describe('reconnectMachine', () => {
  it('waits twice as long after each failure, up to 8 s', () => {
    const { actor, done } = startReconnect();
    actor.send({ type: 'dialer.start' });
    for (let i = 0; i < 5; i++) {
      actor.send({ type: 'channel.failed' });
      actor.send({ type: 'backoff.passed' });
    }
    expect(done.filter((each) => each !== 'connect')).toEqual([
      'wait 1000',
      'wait 2000',
      'wait 4000',
      `wait ${BACKOFF_MS_MAX}`,
      `wait ${BACKOFF_MS_MAX}`,
    ]);
  });

  it('begins anew after a connection that lived longer than the wait before it', () => {
    const { actor, done } = startReconnect();
    actor.send({ type: 'dialer.start' });
    for (let i = 0; i < 3; i++) {
      actor.send({ type: 'channel.failed' });
      actor.send({ type: 'backoff.passed' });
    }
    actor.send({ type: 'channel.opened' });
    actor.send({ type: 'channel.closed', lifeMs: 3_999 });
    expect(done.at(-1)).toBe('wait 8000');
    actor.send({ type: 'backoff.passed' });
    actor.send({ type: 'channel.opened' });
    actor.send({ type: 'channel.closed', lifeMs: 8_000 });
    expect(done.at(-1)).toBe('wait 1000');
  });

  it('gives an attempt up that takes too long', () => {
    const { actor, done } = startReconnect();
    actor.send({ type: 'dialer.start' });
    actor.send({ type: 'attempt.expired' });
    expect(done).toEqual(['connect', 'disconnect', 'wait 1000']);
  });

  it('stops for good, whatever it does', () => {
    const { actor, done } = startReconnect();
    actor.send({ type: 'dialer.start' });
    actor.send({ type: 'dialer.stop' });
    expect(done).toEqual(['connect', 'disconnect']);
    expect(actor.getSnapshot().status).toBe('done');
  });
});
