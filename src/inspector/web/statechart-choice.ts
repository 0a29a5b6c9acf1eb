/**
 * The layout of a machine that fits its place best: ELK is asked for one downward and one to the
 * right. The one that can be drawn larger is taken; of two that are too large to be read as a
 * whole, the narrower one, for one scrolls down more easily than across.
 */

import type { ElkNode } from 'elkjs/lib/elk-api.js';
import type { MachineGraph } from '../view-data.js';
import { type Direction, elkGraph } from './statechart-graph.js';
import { readLayout, type StatechartLayout } from './statechart-layout.js';

/** The place on a page of 1280 × 720. */
const PLACE = { width: 900, height: 480 };
/** The scale at which letters are as small as one can read. */
export const SCALE_READABLE = 0.85;
const DIRECTIONS: readonly Direction[] = ['DOWN', 'RIGHT'];

/** What of ELK is used, be it in this thread or in a worker. */
export interface Layouter {
  layout(graph: ElkNode): Promise<ElkNode>;
}

export async function bestLayout(graph: MachineGraph, elk: Layouter): Promise<StatechartLayout> {
  const [first, ...others] = await Promise.all(
    DIRECTIONS.map(async (direction) => readLayout(await elk.layout(elkGraph(graph, direction)))),
  );
  if (first === undefined) throw new Error('Cannot lay out machine: there is no direction');
  return others.reduce((best, other) => (isBetter(other, best) ? other : best), first);
}

function isBetter(one: StatechartLayout, other: StatechartLayout): boolean {
  const [scale, otherScale] = [scaleOf(one), scaleOf(other)];
  const isReadable = Math.max(scale, otherScale) >= SCALE_READABLE;
  return isReadable ? scale > otherScale : one.width < other.width;
}

/** How large a layout can be drawn in its place. */
function scaleOf({ width, height }: StatechartLayout): number {
  return Math.min(PLACE.width / width, PLACE.height / height);
}
