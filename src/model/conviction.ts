/**
 * The path that convicts: what was done, what the model says after each step, what was seen.
 */

import { inspect } from 'node:util';
import type { EventObject } from 'xstate';
import { UpcallError } from '../base/errors.js';
import { textTable } from '../base/text-table.js';
import type { Model } from './model.js';
import type { ModelPath } from './paths.js';

export interface Evidence {
  /** What `observe()` answered after the reset and after each step, the last one included. */
  readonly observed: readonly unknown[];
  /** What the driver threw instead. */
  readonly cause?: unknown;
}

/** The thing under test does not do what the model does. */
export class Conviction extends UpcallError {
  override name = 'Conviction';
  readonly path: string;
  /** How many events it took; 0: it was wrong after the reset. */
  readonly step: number;
  readonly expected: unknown;
  /** Undefined where the driver threw. */
  readonly observed: unknown;

  constructor(message: string, facts: Pick<Conviction, 'path' | 'step' | 'expected' | 'observed'>) {
    super(message);
    this.path = facts.path;
    this.step = facts.step;
    this.expected = facts.expected;
    this.observed = facts.observed;
  }
}

/** The conviction that the last piece of `evidence` makes. */
export function convict<Event extends EventObject>(
  model: Model<Event>,
  path: ModelPath<Event>,
  { observed, cause }: Evidence,
): Conviction {
  const hasThrown = cause !== undefined;
  const step = hasThrown ? observed.length : observed.length - 1;
  const events = ['(reset)', ...path.steps.map(({ event }) => model.nameEvent(event))];
  const views = [path.start, ...path.steps].map(({ snapshot }) => model.view(snapshot));
  const seen = hasThrown ? `(${messageOf(cause)})` : show(observed.at(-1));
  const rows = events.slice(0, step + 1).map((event, i) => {
    const mark = i === step ? '>' : ' ';
    return [`${mark} ${i}`, event, show(views[i]), i === step ? seen : show(observed[i])];
  });
  const table = textTable([['', 'event', 'model', 'observed'], ...rows]);
  const message =
    `Cannot follow model "${model.name}" along "${path.name}": ` +
    `step ${step}, ${events[step]}, ${hasThrown ? 'cannot be performed' : 'ends elsewhere'}\n\n` +
    `${table.join('\n')}\n`;
  const facts = { path: path.name, step, expected: views[step], observed: observed[step] };
  const conviction = new Conviction(message, facts);
  if (hasThrown) conviction.cause = cause;
  return conviction;
}

function show(value: unknown): string {
  return inspect(value, { breakLength: Number.POSITIVE_INFINITY, depth: 5 });
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
