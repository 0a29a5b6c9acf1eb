/**
 * A box for the words of a filter: what is typed takes effect when nothing more is typed for a
 * moment, or on Enter; Escape empties it. A filter that is set from elsewhere is shown in it.
 */

import { useEffect, useId, useRef, useState } from 'preact/hooks';

/** So long nothing is typed before the server is asked. */
const DEBOUNCE_MS = 200;

export interface FilterBoxProps {
  readonly label: string;
  /** Which words there are: shown beside the box. */
  readonly hint: string;
  readonly value: string;
  readonly onChange: (filter: string) => void;
}

export function FilterBox({ label, hint, value, onChange }: FilterBoxProps) {
  const id = useId();
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => {
    setTyped(value);
    return () => clearTimeout(timer.current);
  }, [value]);
  const apply = (filter: string, ms: number): void => {
    setTyped(filter);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(filter), ms);
  };
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Enter') apply(typed, 0);
    if (key === 'Escape') apply('', 0);
  };
  return (
    <div class="filter-box">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="search"
        value={typed}
        aria-describedby={`${id}-hint`}
        placeholder={hint}
        spellcheck={false}
        autocomplete="off"
        onInput={(event) => apply(event.currentTarget.value, DEBOUNCE_MS)}
        onKeyDown={onKeyDown}
      />
      <span class="visually-hidden" id={`${id}-hint`}>
        {hint}
      </span>
    </div>
  );
}
