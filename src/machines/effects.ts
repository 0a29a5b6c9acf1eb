/**
 * Effects: what a machine asks for by name and an actor does.
 *
 * A machine's own actions only change its context. Everything else (reading a datapath, arming a
 * timer, telling another actor) is an effect: the machine names it, `src/actors/` provides it with
 * `machine.provide({ actions })`. Until then it throws, so that a forgotten one cannot pass a test.
 */

import { UpcallError } from '../base/errors.js';

/** Placeholders for `names`, to be replaced by an actor. */
export function effects<const Name extends string>(
  names: readonly Name[],
): Record<Name, () => void> {
  const placeholders: Partial<Record<Name, () => void>> = {};
  for (const name of names) placeholders[name] = () => refuse(name);
  return placeholders as Record<Name, () => void>;
}

function refuse(name: string): never {
  throw new UpcallError(
    `Cannot run effect "${name}": no actor provides it, pass it to machine.provide({ actions })`,
  );
}
