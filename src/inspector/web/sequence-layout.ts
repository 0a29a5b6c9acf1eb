/**
 * Where everything goes in the sequence diagram of an upcall: four lifelines, one message below the
 * other, each as high as its text needs, and beside each a bar as long as its share of the time.
 *
 * Pure numbers in, pure numbers out, in units of the drawing; `upcall-sequence.tsx` draws it.
 */

import type { SequenceMessage } from '../view-data.js';
import { withoutSilent } from './key-text.js';

export const LIFELINES = ['port', 'datapath', 'handler', 'translator'] as const;
export type Lifeline = (typeof LIFELINES)[number];

const WIDTH = 520;
const FIRST_X = 46;
const GAP_X = 118;
/** Where the column of times begins. */
const TIME_X = 452;
/** A text begins so far left of the times at least, whatever lifeline it belongs to. */
const TEXT_WIDTH_MIN = 200;
const TIME_WIDTH = WIDTH - TIME_X;
const HEAD_HEIGHT = 34;
const LINE_HEIGHT = 15;
/** From a message's text to its arrow. */
const ARROW_GAP = 7;
/** From an arrow to the next message's text. */
const MESSAGE_GAP = 14;
/** A message to oneself leaves and comes back below. */
const LOOP_HEIGHT = 16;
/** Width of a character of the text; it is set in a face whose characters are all as wide. */
const CHARACTER_WIDTH = 6.7;
const LINES_MAX = 3;

export interface LifelinePlace {
  readonly name: Lifeline;
  readonly x: number;
}

export interface MessagePlace {
  readonly message: SequenceMessage;
  readonly fromX: number;
  readonly toX: number;
  readonly isLoop: boolean;
  readonly textX: number;
  /** Baseline of the first line. */
  readonly textY: number;
  readonly lines: readonly string[];
  readonly arrowY: number;
  /** Length of the bar of its time; 0 where it was not measured. */
  readonly barWidth: number;
}

export interface SequenceLayout {
  readonly width: number;
  readonly height: number;
  readonly headHeight: number;
  readonly lineHeight: number;
  readonly loopHeight: number;
  readonly timeX: number;
  readonly lifelines: readonly LifelinePlace[];
  readonly messages: readonly MessagePlace[];
}

export function layOutSequence(messages: readonly SequenceMessage[]): SequenceLayout {
  const longest = Math.max(0, ...messages.map(({ us }) => us ?? 0));
  const places: MessagePlace[] = [];
  let y = HEAD_HEIGHT + MESSAGE_GAP;
  for (const message of messages) {
    const place = placeMessage(message, y, longest);
    places.push(place);
    y = place.arrowY + (place.isLoop ? LOOP_HEIGHT : 0) + MESSAGE_GAP;
  }
  return {
    width: WIDTH,
    height: y + MESSAGE_GAP,
    headHeight: HEAD_HEIGHT,
    lineHeight: LINE_HEIGHT,
    loopHeight: LOOP_HEIGHT,
    timeX: TIME_X,
    lifelines: LIFELINES.map((name) => ({ name, x: xOf(name) })),
    messages: places,
  };
}

function placeMessage(message: SequenceMessage, y: number, longest: number): MessagePlace {
  const fromX = xOf(message.from);
  const toX = xOf(message.to);
  const textX = Math.min(fromX + 8, toX + 8, TIME_X - TEXT_WIDTH_MIN);
  const lines = wrapText(
    withoutSilent(message.text),
    Math.floor((TIME_X - textX - 8) / CHARACTER_WIDTH),
  );
  const textY = y + LINE_HEIGHT - 4;
  const arrowY = y + lines.length * LINE_HEIGHT + ARROW_GAP - 2;
  const share = longest === 0 ? 0 : (message.us ?? 0) / longest;
  const barWidth = share * TIME_WIDTH;
  return { message, fromX, toX, isLoop: fromX === toX, textX, textY, lines, arrowY, barWidth };
}

function xOf(name: Lifeline): number {
  return FIRST_X + LIFELINES.indexOf(name) * GAP_X;
}

/**
 * Lines of at most `columns` characters, broken after blanks and commas where there are any; what
 * does not fit in three lines ends in "…".
 */
export function wrapText(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest.length > columns && lines.length < LINES_MAX - 1) {
    const cut = breakBefore(rest, columns);
    lines.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  lines.push(rest.length > columns ? `${rest.slice(0, columns - 1)}…` : rest);
  return lines;
}

/** The last place up to `columns` where a line may end. */
function breakBefore(text: string, columns: number): number {
  for (let end = columns; end > columns / 3; end--) {
    if (text[end - 1] === ',' || text[end - 1] === ' ' || text[end] === ' ') return end;
  }
  return columns;
}
