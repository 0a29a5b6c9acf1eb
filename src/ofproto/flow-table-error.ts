/**
 * Why the flow tables refuse a flow-mod.
 *
 * A controller is told by number, a person by the message.
 */

import { UpcallError } from '../base/errors.js';

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
