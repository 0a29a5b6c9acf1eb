/**
 * How long a page's frames take: the time from one to the next by requestAnimationFrame, while
 * somebody scrolls or only looks.
 */

import type { Page } from 'playwright-core';

/** What 95 of 100 frames may take: less than two frames of a display at 60 Hz. */
export const FRAME_MS_MAX = 33;

export interface FrameTimes {
  readonly frames: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface FrameOptions {
  readonly seconds: number;
  /** Pixels that the table is scrolled by in each frame. */
  readonly scrollPx: number;
}

/** Runs in the page, hence a text: this side knows no document. */
const MEASURE = `({ seconds, scrollPx }) => new Promise((resolve) => {
  const grid = document.querySelector('.grid');
  const times = [];
  const start = performance.now();
  let last;
  const frame = (now) => {
    if (last !== undefined) times.push(now - last);
    last = now;
    if (grid !== null && scrollPx !== 0) grid.scrollTop += scrollPx;
    if (now - start < 1000 * seconds) requestAnimationFrame(frame);
    else resolve(times);
  };
  requestAnimationFrame(frame);
})`;

export async function measureFrames(page: Page, options: FrameOptions): Promise<FrameTimes> {
  const times = await page.evaluate<number[]>(`(${MEASURE})(${JSON.stringify(options)})`);
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
  return { frames: sorted.length, p50: at(0.5), p95: at(0.95), max: at(1) };
}
