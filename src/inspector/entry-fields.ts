/**
 * The entries of the log as a table: kinds, their fields, and what each field holds.
 *
 * The reader of recordings checks every line by it, so that nothing unexpected comes in from a
 * file; a test holds `docs/recording.md` to it. The compiler keeps it equal to `LogEntry`.
 */

import type { EntryKind, LogEntry } from './log-entry.js';

/** What a field holds; with a `?`, it may be absent. */
export type FieldType = `${
  | 'number'
  | 'text'
  | 'flag'
  | 'numbers'
  | 'texts'
  | 'counts'
  | 'steps'}${'' | '?'}`;

type OwnField<Kind extends EntryKind> = Exclude<
  keyof Extract<LogEntry, { readonly k: Kind }>,
  'n' | 't' | 'k'
>;

export const entryFields = {
  actor: { actor: 'text', parent: 'text?', name: 'text', machine: 'text?', state: 'text' },
  step: {
    actor: 'text',
    event: 'text',
    from: 'text',
    to: 'text',
    edges: 'texts',
    status: 'text?',
  },
  rule: { rule: 'number', bridge: 'text', table: 'number', text: 'text' },
  upcall: {
    upcall: 'number',
    handler: 'number',
    class: 'text',
    port: 'number',
    key: 'text',
    size: 'number',
    frame: 'text?',
    queuedAt: 'number?',
  },
  xlate: {
    upcall: 'number',
    us: 'number',
    steps: 'steps',
    actions: 'text',
    slow: 'texts',
    error: 'text?',
  },
  batch: { handler: 'number', upcalls: 'numbers', operations: 'number', us: 'numbers' },
  put: {
    flow: 'number',
    upcall: 'number?',
    key: 'text',
    maskBits: 'number',
    actions: 'text',
    rules: 'numbers',
    error: 'text?',
  },
  verdicts: {
    phase: 'text',
    revalidator: 'number',
    flows: 'numbers',
    verdicts: 'texts',
    packets: 'numbers',
    bytes: 'numbers',
    used: 'numbers',
    unchanged: 'number',
  },
  modify: { flow: 'number', actions: 'text', rules: 'numbers', error: 'text?' },
  delete: {
    flow: 'number',
    reason: 'text',
    packets: 'number?',
    bytes: 'number?',
    used: 'number?',
    error: 'text?',
  },
  ukey: { flow: 'number', event: 'text', from: 'text', to: 'text' },
  'cycle.start': { cycle: 'number', flows: 'number', needsRevalidation: 'flag', reasons: 'texts' },
  phase: { revalidator: 'number', phase: 'text' },
  'cycle.done': {
    cycle: 'number',
    startedAt: 'number',
    flows: 'number',
    flowsDumped: 'number',
    flowsRevalidated: 'number',
    flowLimit: 'number',
    durationMs: 'number',
    intervalMs: 'number',
  },
  idle: { cycles: 'number', until: 'number' },
  limit: { from: 'number', to: 'number', cause: 'text' },
  trouble: {
    what: 'text',
    text: 'text',
    flow: 'number?',
    packets: 'number?',
    bytes: 'number?',
  },
  change: { reason: 'text' },
  sample: {
    hits: 'number',
    misses: 'number',
    lost: 'number',
    upcalls: 'number',
    flows: 'number',
    masks: 'number',
    flowLimit: 'number',
    dumpDurationMs: 'number',
    deleted: 'counts',
    loopDelayMs: 'number',
  },
  dropped: { what: 'text', count: 'number' },
} as const satisfies { [Kind in EntryKind]: Record<OwnField<Kind>, FieldType> };

/** All kinds, in the order of `docs/recording.md`. */
export const entryKinds = Object.keys(entryFields) as readonly EntryKind[];

/** What is wrong with a value that should be an entry; undefined: it is one. */
export function faultOfEntry(value: unknown): string | undefined {
  if (!isObject(value)) return 'it is no object';
  const { k, n, t } = value;
  if (typeof k !== 'string' || !isKind(k)) return `its kind ${JSON.stringify(k)} is unknown`;
  if (!isNumber(n) || !isNumber(t)) return 'its "n" and "t" are not both numbers';
  for (const { name, isOptional, isRight } of checks.get(k) ?? []) {
    const field = value[name];
    if (field === undefined ? isOptional : isRight(field)) continue;
    return `its "${name}" is not what a "${k}" has there`;
  }
  return undefined;
}

interface FieldCheck {
  readonly name: string;
  readonly isOptional: boolean;
  readonly isRight: (value: unknown) => boolean;
}

const isRight: Readonly<Record<string, (value: unknown) => boolean>> = {
  number: isNumber,
  text: isText,
  flag: (value) => typeof value === 'boolean',
  numbers: (value) => Array.isArray(value) && value.every(isNumber),
  texts: (value) => Array.isArray(value) && value.every(isText),
  counts: (value) => isObject(value) && Object.values(value).every(isNumber),
  steps: (value) => Array.isArray(value) && value.every(isStep),
};

/** The table, made ready once: a recording has a million lines. */
const checks: ReadonlyMap<EntryKind, readonly FieldCheck[]> = new Map(
  entryKinds.map((kind) => [kind, Object.entries(entryFields[kind]).map(checkOf)]),
);

function checkOf([name, type]: [string, FieldType]): FieldCheck {
  const check = isRight[type.replace('?', '')];
  return { name, isOptional: type.endsWith('?'), isRight: check ?? (() => false) };
}

function isKind(kind: string): kind is EntryKind {
  return Object.hasOwn(entryFields, kind);
}

function isStep(value: unknown): boolean {
  return isObject(value) && isNumber(value['depth']) && isText(value['text']);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
