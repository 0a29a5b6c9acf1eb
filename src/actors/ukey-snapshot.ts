/**
 * What `getSnapshot()` of a ukey answers: the shape of a machine's snapshot, taken from the columns
 * at that moment. It does not change afterwards.
 */

import type { SnapshotStatus } from 'xstate';
import type { UkeyContext, UkeyEvent } from '../machines/ukey-machine.js';
import { canMove, type UkeyStateName } from './ukey-moves.js';

export class UkeySnapshot {
  readonly status: Extract<SnapshotStatus, 'active' | 'done'>;
  readonly value: UkeyStateName;
  readonly context: UkeyContext;
  readonly output = undefined;
  readonly error = undefined;

  constructor(value: UkeyStateName, context: UkeyContext) {
    this.status = value === 'deleted' ? 'done' : 'active';
    this.value = value;
    this.context = context;
  }

  matches(state: UkeyStateName): boolean {
    return this.value === state;
  }

  /** Whether `event` would move the ukey, or make it do something. */
  can(event: Pick<UkeyEvent, 'type'>): boolean {
    return canMove(this.value, event.type);
  }

  hasTag(): boolean {
    return false;
  }

  toJSON(): object {
    const { status, value, context } = this;
    return { status, value, context, output: undefined, error: undefined, tags: [], children: {} };
  }
}
