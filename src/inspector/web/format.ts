/**
 * Numbers and times as the page writes them: always as many characters as the column has, so that
 * nothing moves while they change.
 */

const THIN_SPACE = '\u2009';

/** "1 234 567": thousands set apart by a thin space. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, THIN_SPACE);
}

/** "12.3 k", "4.56 M": three digits at most, for what is seen at a glance. */
export function formatShort(count: number): string {
  const size = Math.abs(count);
  if (size >= 1e9) return `${threeDigits(count / 1e9)}${THIN_SPACE}G`;
  if (size >= 1e6) return `${threeDigits(count / 1e6)}${THIN_SPACE}M`;
  if (size >= 1e4) return `${threeDigits(count / 1e3)}${THIN_SPACE}k`;
  return Number.isInteger(count) || size >= 100 ? String(Math.round(count)) : count.toFixed(1);
}

/** "12.3/s"; what is small has a tenth always, so that the column keeps its shape. */
export function formatRate(perSecond: number): string {
  return `${perSecond < 100 ? perSecond.toFixed(1) : formatShort(perSecond)}/s`;
}

/** A duration: "3 ms", "1.24 s", "2 min 05 s". */
export function formatDuration(ms: number): string {
  if (ms < 10 && !Number.isInteger(ms)) return `${ms.toFixed(2)}${THIN_SPACE}ms`;
  if (ms < 1000) return `${Math.round(ms)}${THIN_SPACE}ms`;
  if (ms < 60_000) return `${threeDigits(ms / 1000)}${THIN_SPACE}s`;
  const seconds = Math.round(ms / 1000);
  const rest = String(seconds % 60).padStart(2, '0');
  return `${Math.floor(seconds / 60)}${THIN_SPACE}min ${rest}${THIN_SPACE}s`;
}

/** What took so many µs: "83 µs", "1.20 ms". */
export function formatMicroseconds(us: number): string {
  return us < 1000 ? `${Math.round(us)}${THIN_SPACE}µs` : formatDuration(us / 1000);
}

/** A switch time since the start of the log: "0:12.345", "1:02:03.004". */
export function formatTime(t: number, startedAt: number): string {
  const ms = Math.max(0, Math.round(t - startedAt));
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const head = hours > 0 ? `${hours}:${twoDigits(minutes)}` : String(minutes);
  return `${head}:${twoDigits(seconds % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

/** "1 flow", "2 flows". */
export function formatPlural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
