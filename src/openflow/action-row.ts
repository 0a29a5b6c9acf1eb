/**
 * How the rows of the tables of actions are written: one row an action, for both directions.
 *
 * A row says where an action stands in each version (`of`, OpenFlow's own numbers; `nx`, Nicira's),
 * how its body is read and written. Bodies come without their header and are as long as the header
 * says; what a body leaves over must be padding. Answers to the comments over
 * `enum ofp_raw_action`.
 */

import type { Ofpact, Ofpacts } from '../ofproto/ofpact.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { OfpVersion } from './protocol.js';

/** Numbers in OpenFlow 1.0 to 1.5; -1: not there. */
export type ActionNumbers = readonly [number, number, number, number, number, number];

/** What reading and writing depend on. */
export interface ActionContext {
  readonly version: OfpVersion;
  /** The actions that stand inside of another. */
  readActions(body: ByteReader): Ofpacts;
  writeActions(body: ByteWriter, actions: Ofpacts): void;
}

export interface ActionRow<Type extends Ofpact['type'] = Ofpact['type']> {
  readonly type: Type;
  readonly of?: ActionNumbers;
  /** Subtype of Nicira's actions. */
  readonly nx?: number;
  /** The first version in which that is known; absent: 1.0. */
  readonly since?: OfpVersion;
  /** Its length depends on what it says: where that is wrong, the length may be as well. */
  readonly isOpen?: boolean;
  read(body: ByteReader, context: ActionContext): Ofpact;
  /** False: this action cannot be said by this row; another one is asked. */
  write(
    body: ByteWriter,
    action: Extract<Ofpact, { type: Type }>,
    context: ActionContext,
  ): boolean | undefined;
}

/** A row whose types are checked against one kind of action. */
export function row<Type extends Ofpact['type']>(definition: ActionRow<Type>): ActionRow {
  return definition as unknown as ActionRow;
}

/** The same number in every version from `first` on. */
export function since(first: OfpVersion, number: number): ActionNumbers {
  const at = (version: number): number => (version >= first ? number : -1);
  return [at(1), at(2), at(3), at(4), at(5), at(6)];
}
