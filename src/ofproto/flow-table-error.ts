/**
 * Why the flow tables refuse a flow-mod.
 *
 * A controller is told by number, a person by the message.
 */

import { UpcallError } from '../base/errors.js';
import { TABLE_MAX } from './ofpact.js';

export type FlowTableRefusal =
  | 'overlap'
  | 'table full'
  | 'no such table'
  | 'no such group'
  | 'no such meter';

export class FlowTableError extends UpcallError {
  override name = 'FlowTableError';
  readonly reason: FlowTableRefusal;

  constructor(reason: FlowTableRefusal, message: string) {
    super(message);
    this.reason = reason;
  }
}

export function noSuchTable(table: number): FlowTableError {
  const message = `Cannot use table ${table}: tables are numbered 0 to ${TABLE_MAX}`;
  return new FlowTableError('no such table', message);
}

export function overlapOf(table: number, priority: number): FlowTableError {
  const message = `Cannot add flow to table ${table}: it overlaps another of priority ${priority}`;
  return new FlowTableError('overlap', message);
}
