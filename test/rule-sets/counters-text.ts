/**
 * Counters of groups and meters in the words that both players use.
 */

interface Counters {
  readonly packets: number;
  readonly bytes: number;
}

/** "group 3: 5 packets, 300 bytes; 2 packets, 120 bytes; …": the whole, then its parts. */
export function countersText(
  kind: 'group' | 'meter',
  whole: Counters & { readonly id: number },
  parts: readonly Counters[],
): string {
  const counts = [whole, ...parts].map(
    ({ packets, bytes }) => `${packets} packets, ${bytes} bytes`,
  );
  return `${kind} ${whole.id}: ${counts.join('; ')}`;
}
