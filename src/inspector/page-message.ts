/**
 * Messages from the page, parsed: what is not one is refused with a sentence.
 *
 * A reply goes to the number that the page has given its command, and to 0 where it gave none.
 */

import { JsonReader } from './json-reader.js';
import { readViewRequest, type ViewRequest, viewNames } from './view-request.js';
import type { TimeCommand } from './wire.js';

/** As `PageMessage`, with the view and its query in one. */
export type ParsedMessage =
  | { readonly type: 'watch'; readonly slot: string; readonly request: ViewRequest }
  | { readonly type: 'unwatch'; readonly slot: string }
  | { readonly type: 'time'; readonly id: number; readonly command: TimeCommand }
  | { readonly type: 'scenario'; readonly id: number; readonly name: string };

const NAME_LENGTH_MAX = 100;
/** Times real time; beyond that it is 0, as fast as it goes. */
const SPEED_MAX = 1_000_000;

/** Throws a `BadRequestError`. */
export function readPageMessage(value: unknown): ParsedMessage {
  const message = new JsonReader(value, 'message');
  const type = message.choice('type', ['watch', 'unwatch', 'time', 'scenario']);
  switch (type) {
    case 'watch':
      return { type, slot: message.text('slot', NAME_LENGTH_MAX), request: readRequest(message) };
    case 'unwatch':
      return { type, slot: message.text('slot', NAME_LENGTH_MAX) };
    case 'time':
      return { type, id: message.count('id'), command: readTimeCommand(message.raw('command')) };
    case 'scenario':
      return { type, id: message.count('id'), name: message.text('name', NAME_LENGTH_MAX) };
  }
}

/** The number that a refusal of `value` goes to. */
export function replyIdOf(value: unknown): number {
  try {
    return new JsonReader(value, 'message').count('id');
  } catch {
    return 0;
  }
}

function readRequest(message: JsonReader): ViewRequest {
  return readViewRequest(message.choice('view', viewNames), message.raw('query'));
}

function readTimeCommand(value: unknown): TimeCommand {
  const command = new JsonReader(value, 'command');
  const verb = command.choice('do', ['pause', 'resume', 'step', 'run', 'seek', 'speed']);
  const backward = command.flag('backward');
  switch (verb) {
    case 'pause':
    case 'resume':
      return { do: verb };
    case 'step':
      return { do: verb, by: command.choice('by', ['event', 'phase']), backward };
    case 'run': {
      const to = command.choice('to', ['upcall', 'cycle', 'deletion', 'end']);
      return { do: verb, to, backward };
    }
    case 'seek':
      return { do: verb, n: command.count('n') };
    case 'speed':
      return { do: verb, speed: command.amount('speed', SPEED_MAX) };
  }
}
