/**
 * What is chosen in a view, by its number in the address, and the key that lets go of it.
 */

import { useEffect } from 'preact/hooks';
import { go, route, type ViewId } from '../route.js';

/** The number behind the view's name in the address; undefined where there is none. */
export function chosenNumber(view: ViewId): number | undefined {
  const { view: shown, parameter } = route.value;
  if (shown !== view || parameter === undefined || !/^\d+$/.test(parameter)) return undefined;
  return Number(parameter);
}

/** Escape closes what is open in a view, unless it empties a box or closes a dialog. */
export function useEscape(isOpen: boolean, view: ViewId): void {
  useEffect(() => {
    if (!isOpen) return;
    const onKeyDown = ({ key, target }: KeyboardEvent): void => {
      const isTaken = target instanceof HTMLInputElement || hasDialog();
      if (key === 'Escape' && !isTaken) go(view);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [isOpen, view]);
}

function hasDialog(): boolean {
  return document.querySelector('dialog[open]') !== null;
}
