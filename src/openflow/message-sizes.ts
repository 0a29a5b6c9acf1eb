/**
 * How long a request's body is where it has one length only: anything else is an error, whatever is
 * in it. What comes in lists is checked by whoever reads the list.
 *
 * Answers to the lengths that OVS's `lib/ofp-msgs.h` gives to each message.
 */

import { type MessageType, OF10, OF13, type OfpVersion } from './protocol.js';

const EXACT: Readonly<Partial<Record<MessageType, number>>> = {
  features_request: 0,
  get_config_request: 0,
  set_config: 4,
  barrier_request: 0,
  role_request: 16,
  get_async_request: 0,
};
/** Until properties came to them in 1.4. */
const EXACT_OLD: Readonly<Partial<Record<MessageType, number>>> = {
  port_mod: 32,
  table_mod: 8,
  set_async: 24,
  queue_get_config_request: 8,
};
const EXACT_10: Readonly<Partial<Record<MessageType, number>>> = {
  port_mod: 24,
  queue_get_config_request: 4,
};

/** Bytes; undefined: of no one length. */
export function exactBodySize(type: MessageType, version: OfpVersion): number | undefined {
  const old = version === OF10 ? EXACT_10[type] : EXACT_OLD[type];
  return EXACT[type] ?? (version <= OF13 ? old : undefined);
}
