import { describe, expect, it } from 'vitest';
import { type AnyActorRef, createActor, createMachine } from 'xstate';
import { ActorSystemDoor } from '../../src/actors/actor-system.js';

/** An actor that counts what it gets, and the door to its system. */
function createRinging() {
  let rings = 0;
  const machine = createMachine({ on: { 'bell.rung': { actions: () => void rings++ } } });
  const actor = createActor(machine).start();
  return {
    actor: actor as AnyActorRef,
    door: new ActorSystemDoor(actor.system, 0),
    heard: () => rings,
  };
}

describe('ActorSystemDoor', () => {
  it('is inspected while anybody looks on, however often he says that he has left', () => {
    const { door } = createRinging();
    expect(door.isInspected).toBe(false);
    const [first, second] = [door.system.inspect(() => {}), door.system.inspect(() => {})];
    first.unsubscribe();
    first.unsubscribe();
    expect(door.isInspected).toBe(true);
    second.unsubscribe();
    expect(door.isInspected).toBe(false);
    door.system.inspect(() => {});
    expect(door.isInspected).toBe(true);
  });

  it('is inspected from the start by whoever came with the actor', () => {
    const { actor } = createRinging();
    expect(new ActorSystemDoor(actor.system, 1).isInspected).toBe(true);
  });

  it('delivers an event, seen or unseen by inspectors', () => {
    const { actor, door, heard } = createRinging();
    const seen: string[] = [];
    door.system.inspect(({ type }) => seen.push(type));
    door.relayUnseen(actor, { type: 'bell.rung' });
    expect([heard(), seen]).toEqual([1, []]);
    door.relay(actor, actor, { type: 'bell.rung' });
    expect(heard()).toBe(2);
    expect(seen).toContain('@xstate.event');
  });

  it('shows again what comes after an event that nobody saw, also where that one failed', () => {
    const { actor, door } = createRinging();
    const seen: string[] = [];
    door.system.inspect(({ type }) => seen.push(type));
    const deaf = { _send: () => raise() } as unknown as AnyActorRef;
    expect(() => door.relayUnseen(deaf, { type: 'bell.rung' })).toThrow('deaf');
    door.announceActor(actor);
    door.announceActor(deaf);
    expect(seen).toEqual(['@xstate.actor', '@xstate.actor']);
  });
});

function raise(): never {
  throw new Error('deaf');
}
