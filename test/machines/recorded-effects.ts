/** Effects that do nothing but note that they were asked for. */

/** A fake of each of `names`, noting its name in `log`. */
export function recordedEffects<const Name extends string>(
  names: readonly Name[],
  log: string[] = [],
): Record<Name, () => void> {
  const fakes = names.map((name) => [name, () => void log.push(name)]);
  return Object.fromEntries(fakes) as Record<Name, () => void>;
}
