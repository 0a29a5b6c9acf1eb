/**
 * A frame in which a drawing can be made larger and smaller; what is too large is scrolled, by
 * mouse, arrow keys or finger, as everything in a browser is.
 *
 * A drawing that would be too small to read when all of it is shown begins at a size that can be
 * read, with what is active in the middle.
 */

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { SCALE_READABLE } from '../statechart-choice.js';
import type { StateBox } from '../statechart-layout.js';

const SCALE_MAX = 2.5;
const SCALE_MIN = 0.2;
const STEP = 1.25;
const MARGIN = 16;

interface Frame {
  readonly width: number;
  readonly height: number;
  /** What should be seen: at first, and again when it is another one. */
  readonly centre: StateBox | undefined;
  readonly children: ComponentChildren;
}

export function ChartFrame({ width, height, centre, children }: Frame) {
  const frame = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(0);
  const scaleOfAll = (): number => fitScale(frame.current, width, height);
  useLayoutEffect(
    () => setScale(Math.max(SCALE_READABLE, Math.min(1.25, scaleOfAll()))),
    [width, height],
  );
  const [isFollowing, setFollowing] = useState(true);
  useLayoutEffect(() => {
    if (isFollowing && scale > 0) showBox(frame.current, centre, scale);
  }, [scale > 0, isFollowing, centre?.path]);
  const zoom = (factor: number): void =>
    setScale((now) => Math.min(SCALE_MAX, Math.max(SCALE_MIN, now * factor)));
  return (
    <div class="chart-frame">
      <section class="chart-scroll" ref={frame} aria-label="Statechart">
        <svg
          aria-label="The list of transitions beside this drawing says the same in words"
          width={Math.ceil(width * scale) + 2 * MARGIN}
          height={Math.ceil(height * scale) + 2 * MARGIN}
        >
          <g transform={`translate(${MARGIN} ${MARGIN}) scale(${scale})`}>{children}</g>
        </svg>
      </section>
      <div class="chart-zoom">
        <label class="chart-follow">
          <input
            type="checkbox"
            checked={isFollowing}
            onChange={({ currentTarget }) => setFollowing(currentTarget.checked)}
          />{' '}
          follow the state
        </label>
        <button type="button" aria-label="Smaller" onClick={() => zoom(1 / STEP)}>
          −
        </button>
        <button type="button" onClick={() => setScale(scaleOfAll())}>
          Fit
        </button>
        <button type="button" aria-label="Larger" onClick={() => zoom(STEP)}>
          +
        </button>
      </div>
    </div>
  );
}

/** The scale at which all is seen. */
function fitScale(frame: HTMLElement | null, width: number, height: number): number {
  if (frame === null) return 1;
  const room = 2 * MARGIN + 2;
  const across = (frame.clientWidth - room) / width;
  const down = (frame.clientHeight - room) / height;
  return Math.max(SCALE_MIN, Math.min(SCALE_MAX, across, down));
}

/** Scrolls a box into the middle, if it is not to be seen. */
function showBox(frame: HTMLElement | null, box: StateBox | undefined, scale: number): void {
  if (frame === null || box === undefined) return;
  const [x, y] = [MARGIN + box.x * scale, MARGIN + box.y * scale];
  const [width, height] = [box.width * scale, box.height * scale];
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = frame;
  const isSeen =
    x >= scrollLeft &&
    y >= scrollTop &&
    x + width <= scrollLeft + clientWidth &&
    y + height <= scrollTop + clientHeight;
  if (isSeen) return;
  frame.scrollLeft = x + width / 2 - clientWidth / 2;
  frame.scrollTop = y + height / 2 - clientHeight / 2;
}
