/**
 * Numbers in sentences: "0:20.200", "10.2 s", "12 packets".
 */

/** "1,000,500". */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 packet", "12 packets". */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A point of switch time, from the start of the log as the page's clock has it: "0:20.200". */
export function timeText(t: number, startedAt: number): string {
  const ms = Math.max(0, Math.round(t - startedAt));
  const seconds = Math.floor(ms / 1_000);
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const head = hours === 0 ? String(minutes) : `${hours}:${String(minutes).padStart(2, '0')}`;
  const tail = String(ms % 1_000).padStart(3, '0');
  return `${head}:${String(seconds % 60).padStart(2, '0')}.${tail}`;
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
