/**
 * What is chosen in a view, by its number in the address, and the key that lets go of it.
 */

import { useLayoutEffect, useRef } from 'preact/hooks';
import { go, route, type ViewId } from '../route.js';

/** The number behind the view's name in the address; undefined where there is none. */
export function chosenNumber(view: ViewId): number | undefined {
  const { view: shown, parameter } = route.value;
  if (shown !== view || parameter === undefined || !/^\d+$/.test(parameter)) return undefined;
  return Number(parameter);
}

/** Escape closes what is open in a view, unless it empties a box or closes a dialog. */
export function useEscape(isOpen: boolean, view: ViewId): void {
  useLayoutEffect(() => {
    if (!isOpen) return;
    const onKeyDown = ({ key, target }: KeyboardEvent): void => {
      const isTaken = target instanceof HTMLInputElement || hasDialog();
      if (key === 'Escape' && !isTaken) go(view);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [isOpen, view]);
}

/**
 * The newest document that has what is chosen in it: the log forgets, the reader is still looking.
 * Undefined until any document of what is chosen is there.
 */
export function useHeld<Document>(
  document: Document | undefined,
  chosen: number,
  numberOf: (document: Document) => number | undefined,
): Document | undefined {
  const held = useRef<Document | undefined>(undefined);
  if (document !== undefined && numberOf(document) === chosen) held.current = document;
  if (held.current !== undefined && numberOf(held.current) === chosen) return held.current;
  return document !== undefined && numberOf(document) === undefined ? document : undefined;
}

function hasDialog(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
