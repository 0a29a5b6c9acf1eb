/**
 * A message on a control socket: JSON-RPC 1.0, of which only requests come from a client.
 *
 * Answers to `jsonrpc_msg_from_json()` of OVS's `lib/jsonrpc.c`.
 */

import { UpcallError } from '../base/errors.js';
import type { JsonValue } from './json-value.js';

export interface ControlRequest {
  /** Given back with the reply. */
  readonly id: JsonValue;
  readonly method: string;
  readonly params: readonly JsonValue[];
}

const REQUEST_MEMBERS = new Set(['id', 'method', 'params', 'result', 'error']);

/** Throws an `UpcallError` that says what `text` is instead of a request. */
export function parseRequest(text: string): ControlRequest {
  const message = parseObject(text);
  const { id = null, method, params, result = null, error = null } = message;
  const strange = Object.keys(message).find((name) => !REQUEST_MEMBERS.has(name));
  if (strange !== undefined) fail(`it has a member "${strange}"`);
  if (typeof method !== 'string') fail('it has no method');
  if (!Array.isArray(params)) fail('it has no list of parameters');
  if (id === null) fail('it has no id, so that nobody could be answered');
  if (result !== null || error !== null) fail('it has a result or an error');
  return { id, method, params };
}

/** The reply of a command that was run. */
export function formatResult(id: JsonValue, result: JsonValue): string {
  return JSON.stringify({ id, result, error: null });
}

/** The reply of one that was refused. */
export function formatError(id: JsonValue, error: string): string {
  return JSON.stringify({ id, error });
}

function parseObject(text: string): { readonly [name: string]: JsonValue | undefined } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UpcallError('Cannot read a request: it is no JSON', { cause });
  }
  return value as { readonly [name: string]: JsonValue | undefined };
}

function fail(state: string): never {
  throw new UpcallError(`Cannot read a request: ${state}`);
}
