/**
 * Numbers in sentences: "1,000,500 ms", "10.2 s", "12 packets".
 */

/** "1,000,500". */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 packet", "12 packets". */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A point of switch time: "1,000,500 ms". */
export function timeText(t: number): string {
  return `${countText(t)} ms`;
}

/** A length of time: "350 ms", "10.2 s". */
export function durationText(ms: number): string {
  return ms < 1_000
    ? `${countText(Math.round(ms))} ms`
    : `${countText(Math.round(ms / 100) / 10)} s`;
}

/** "revalidator 1 and revalidator 2". */
export function listText(words: readonly string[]): string {
  if (words.length <= 1) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
