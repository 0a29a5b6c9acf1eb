/**
 * The slider over all entries: follows the run, and, while it is held, leads it.
 *
 * One `seek` is on its way at a time; what was asked for meanwhile goes when it is answered, and
 * only the newest of that.
 */

import { useRef, useState } from 'preact/hooks';
import type { Position } from '../view-data.js';
import { formatCount } from './format.js';
import { doInTime } from './time-notice.js';

export function Scrubber({ at }: { at: Position }) {
  const [held, setHeld] = useState<number | undefined>(undefined);
  const seek = useSeek(() => setHeld(undefined));
  return (
    <input
      type="range"
      class="scrubber"
      aria-label="Entry"
      aria-valuetext={`entry ${formatCount(held ?? at.n)} of ${formatCount(at.last)}`}
      min={0}
      max={at.last}
      value={held ?? at.n}
      onInput={({ currentTarget }) => {
        const n = Number(currentTarget.value);
        setHeld(n);
        seek(n);
      }}
    />
  );
}

/** Asks for one place after the other; calls `done` when there is no further one. */
function useSeek(done: () => void): (n: number) => void {
  const wanted = useRef<number | undefined>(undefined);
  const isBusy = useRef(false);
  const drain = async (): Promise<void> => {
    isBusy.current = true;
    while (wanted.current !== undefined) {
      const n = wanted.current;
      wanted.current = undefined;
      await doInTime({ do: 'seek', n });
    }
    isBusy.current = false;
    done();
  };
  return (n) => {
    wanted.current = n;
    if (!isBusy.current) drain();
  };
}
