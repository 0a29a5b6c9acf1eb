import { describe, expect, it } from 'vitest';
import { createMachine } from 'xstate';
import {
  Ukey2014State,
  UkeyMoves,
  UkeyState,
  ukeyMoves,
  ukeyMoves2014,
} from '../../src/actors/ukey-moves.js';

/** A machine of two states, between which `transition` leads. */
function flat(transition: object) {
  const machine = createMachine({
    id: 'x',
    initial: 'one',
    states: { one: { on: { 'a.b': { target: 'two', ...transition } } }, two: { type: 'final' } },
  });
  return machine as never;
}

const FLAT_STATES = { ONE: 0, TWO: 1 };

describe('UkeyMoves', () => {
  it.each([
    [ukeyMoves, UkeyState],
    [ukeyMoves2014, Ukey2014State],
  ])('names the states by their numbers', (moves, states) => {
    const names = Object.keys(states).map((name) => name.toLowerCase());
    expect(moves.states).toEqual(names);
    expect(Object.values(states).map((state) => moves.stateName(state))).toEqual(names);
  });

  it('takes no way for an event that the machine does not know', () => {
    expect(ukeyMoves.eventCodeOf('unheard.of')).toBeUndefined();
    expect(ukeyMoves.transitionsOf(UkeyState.VISIBLE, undefined)).toEqual([]);
    const install = ukeyMoves.eventCode('ukey.install');
    expect(ukeyMoves.transitionsOf(UkeyState.CREATED, install)).toHaveLength(1);
    expect(() => ukeyMoves2014.eventCode('ukey.install')).toThrow(
      'the ukey machine has no such event',
    );
  });

  it('refuses a machine that the columns do not fit', () => {
    expect(new UkeyMoves(flat({}), FLAT_STATES).deleted).toBe(1);
    expect(() => new UkeyMoves(flat({}), { ONE: 1, TWO: 0 })).toThrow(
      'the ukey states have other numbers',
    );
    expect(() => new UkeyMoves(flat({ actions: 'vanish' }), FLAT_STATES)).toThrow(
      'an action that the columns do not know',
    );
    expect(() => new UkeyMoves(flat({ guard: 'isFull' }), FLAT_STATES)).toThrow(
      'a guard decides a move',
    );
  });
});
