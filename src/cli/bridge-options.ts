/**
 * The bridges of `upcall run`, and what its options say of one: `--flows br1=FILE`,
 * `--controller br1=TARGET`, `--port PORT,bridge=br1`. What names no bridge is the first one's.
 */

import type { Arguments } from './arguments.js';
import { UsageError } from './usage-error.js';

/** What an option says, and of which bridge. */
export interface OfBridge<Value> {
  readonly bridge: string;
  readonly value: Value;
}

/** The first one is the default; throws a `UsageError`. Files are called like them. */
export function readBridges(args: Arguments): readonly string[] {
  const names = args.texts('bridge');
  for (const name of names) {
    if (/^[^/=,\s]{1,63}$/.test(name)) continue;
    throw new UsageError(`Cannot use --bridge "${name}": expected a name without space or slash`);
  }
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UsageError(`Cannot run: two bridges are called "${twice}"`);
  return names.length === 0 ? ['br0'] : names;
}

/** The values of a repeatable option, each with its bridge; throws a `UsageError`. */
export function ofBridges(
  args: Arguments,
  option: string,
  bridges: readonly string[],
): readonly OfBridge<string>[] {
  return args.texts(option).map((text) => {
    const [, name, value = ''] = /^([^=:/]+)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) return { bridge: bridgeOf(undefined, bridges, ''), value: text };
    return { bridge: bridgeOf(name, bridges, `--${option} "${text}"`), value };
  });
}

/** By bridge, what may be said once of each; throws a `UsageError` where it is said twice. */
export function onceABridge<Value>(
  option: string,
  all: readonly OfBridge<Value>[],
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const { bridge, value } of all) {
    if (found.has(bridge)) {
      throw new UsageError(`Cannot use --${option}: it is given twice for bridge "${bridge}"`);
    }
    found.set(bridge, value);
  }
  return found;
}

/** The bridge that is meant; throws a `UsageError` where `words` name one that is not there. */
export function bridgeOf(
  name: string | undefined,
  bridges: readonly string[],
  words: string,
): string {
  const [first = ''] = bridges;
  if (name === undefined) return first;
  if (bridges.includes(name)) return name;
  const known = bridges.map((each) => `"${each}"`).join(', ');
  throw new UsageError(`Cannot use ${words}: there is no bridge "${name}", only ${known}`);
}
