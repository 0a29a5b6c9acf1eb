/**
 * Where the reader is: the view and what is chosen in it, kept in the address after `#`, so that
 * the browser's back button works and a place can be sent to somebody.
 *
 * `#machines/x:3` is the view `machines` with the parameter `x:3`.
 */

import { signal } from '@preact/signals';

export const VIEWS = ['house', 'machines', 'cycle', 'flows', 'upcalls', 'charts'] as const;
export type ViewId = (typeof VIEWS)[number];

export interface Route {
  readonly view: ViewId;
  readonly parameter: string | undefined;
}

export const route = signal<Route>({ view: 'house', parameter: undefined });

/** Follows the address from now on. */
export function startRouting(): void {
  const read = (): void => {
    // The skip link leads to the view's element, and to no other view.
    if (location.hash === '#view') return;
    route.value = parseRoute(location.hash);
  };
  addEventListener('hashchange', read);
  read();
}

export function go(view: ViewId, parameter?: string): void {
  location.hash = hrefOf(view, parameter);
}

export function hrefOf(view: ViewId, parameter?: string): string {
  return parameter === undefined ? `#${view}` : `#${view}/${encodeURIComponent(parameter)}`;
}

/** The place that a hash stands for; the house where it stands for none. */
export function parseRoute(hash: string): Route {
  const [name, ...rest] = hash.replace(/^#/, '').split('/');
  const view = VIEWS.find((candidate) => candidate === name) ?? 'house';
  const text = rest.join('/');
  return { view, parameter: text === '' ? undefined : decoded(text) };
}

/** The parts of a parameter before and after its first slash. */
export function splitParameter(parameter: string | undefined): readonly (string | undefined)[] {
  if (parameter === undefined) return [];
  const slash = parameter.indexOf('/');
  return slash < 0 ? [parameter] : [parameter.slice(0, slash), parameter.slice(slash + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
