/**
 * The words of a statechart, in lines, and how much room they take.
 *
 * Labels are in a monospaced face, so that their size is known without a browser: layouts of our
 * own machines are made when the page is built.
 */

import type { GraphEdge, GraphState } from '../view-data.js';

/** Of the face at `FONT_SIZE`: DejaVu Sans Mono and Menlo have 0.602 em. */
export const FONT_SIZE = 11;
export const CHARACTER_WIDTH = FONT_SIZE * 0.605;
export const LINE_HEIGHT = 14;
/** Longer lists of effects go on in the next line. */
const LINE_CHARACTERS_MAX = 28;
/** Of spaces that SVG does not collapse. */
const INDENT = '\u00a0\u00a0';

export interface LabelLine {
  readonly kind: 'event' | 'guard' | 'effect';
  readonly text: string;
}

/** Sorted by what a reader asks: when, if, and what then. */
export function edgeLines(edge: GraphEdge): readonly LabelLine[] {
  const guard = edge.guard === undefined ? [] : [line('guard', `[${edge.guard}]`)];
  return [line('event', eventText(edge)), ...guard, ...effectLines(edge.actions)];
}

/** A transition in one line, for lists and for screen readers. */
export function edgeText(edge: GraphEdge): string {
  const guard = edge.guard === undefined ? '' : ` [${edge.guard}]`;
  return `${eventText(edge)}${guard}`;
}

/** The event, or the delay, or that it needs none. */
export function eventText({ event, delay }: GraphEdge): string {
  if (delay !== undefined) return `after ${delay}`;
  return event === '' ? '(always)' : event;
}

/** What a state does on entry and exit. */
export function stateLines(state: GraphState): readonly LabelLine[] {
  return state.effects.flatMap((effect) => wrapped(effect.split(/(?<=,)\s/)));
}

/** A transition within a state: "threads.set [isIdle] / planConfigure". */
export function innerLines(edge: GraphEdge): readonly LabelLine[] {
  const head = line('event', edgeText(edge));
  return [head, ...effectLines(edge.actions)];
}

export function widthOf(lines: readonly LabelLine[]): number {
  return Math.ceil(Math.max(0, ...lines.map(({ text }) => text.length)) * CHARACTER_WIDTH);
}

export function heightOf(lines: readonly LabelLine[]): number {
  return lines.length * LINE_HEIGHT;
}

function effectLines(actions: readonly string[]): readonly LabelLine[] {
  const parts = actions.map((action, i) => (i < actions.length - 1 ? `${action},` : action));
  const [first, ...rest] = parts;
  return first === undefined ? [] : wrapped([`/ ${first}`, ...rest]);
}

/** `parts` in lines that are not too long; further ones are set in. */
function wrapped(parts: readonly string[]): readonly LabelLine[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = `${last} ${part}`;
    if (last !== undefined && longer.length <= LINE_CHARACTERS_MAX) {
      lines[lines.length - 1] = longer;
    } else lines.push(lines.length === 0 ? part : `${INDENT}${part}`);
  }
  return lines.map((text) => line('effect', text));
}

function line(kind: LabelLine['kind'], text: string): LabelLine {
  return { kind, text };
}
