/**
 * Where everything of a statechart is: what ELK has answered, read into boxes and lines.
 */

import type { ElkEdgeSection, ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { MachineGraph } from '../view-data.js';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface StateBox extends Box {
  readonly path: string;
}

export interface ArrowLine {
  /** As `arrowsOf` calls it. */
  readonly id: string;
  /** Path data of the line, from source to target. */
  readonly path: string;
  readonly label: Box;
}

export interface StatechartLayout {
  readonly width: number;
  readonly height: number;
  /** Parents before children. */
  readonly states: readonly StateBox[];
  readonly arrows: readonly ArrowLine[];
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** How round the corners of a line are. */
const CORNER = 7;

/** What a layout is found by: another word in the graph is another key (FNV-1a, 32 bits). */
export function layoutKey(graph: MachineGraph): string {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(graph)) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return `${graph.id}#${(hash >>> 0).toString(16)}`;
}

/** Reads an answer of ELK's whose coordinates are all from the root's corner. */
export function readLayout(answer: ElkNode): StatechartLayout {
  return {
    width: Math.ceil(answer.width ?? 0),
    height: Math.ceil(answer.height ?? 0),
    states: (answer.children ?? []).flatMap(readBoxes),
    arrows: edgesBelow(answer).map(readLine),
  };
}

function readBoxes(node: ElkNode): StateBox[] {
  return [{ path: node.id, ...boxOf(node) }, ...(node.children ?? []).flatMap(readBoxes)];
}

/** ELK leaves edges where they were given, and may move some to the node that holds both ends. */
function edgesBelow(node: ElkNode): ElkExtendedEdge[] {
  return [...(node.edges ?? []), ...(node.children ?? []).flatMap(edgesBelow)];
}

function readLine(edge: ElkExtendedEdge): ArrowLine {
  const points = (edge.sections ?? []).flatMap(pointsOf);
  return { id: edge.id, path: roundedPath(points), label: boxOf(edge.labels?.[0] ?? {}) };
}

function pointsOf({ startPoint, bendPoints, endPoint }: ElkEdgeSection): Point[] {
  return [startPoint, ...(bendPoints ?? []), endPoint];
}

function boxOf({ x = 0, y = 0, width = 0, height = 0 }: Partial<Box>): Box {
  return { x: Math.round(x), y: Math.round(y), width: Math.ceil(width), height: Math.ceil(height) };
}

/** A line through `points`, its corners rounded. */
export function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${text(first)}`;
  rest.forEach((corner, i) => {
    const before = points[i] ?? corner;
    const after = points[i + 2];
    if (after === undefined) path += `L${text(corner)}`;
    else
      path += `L${text(towards(corner, before))}Q${text(corner)} ${text(towards(corner, after))}`;
  });
  return path;
}

/** The point on the way from `from` to `to` where the corner begins. */
function towards(from: Point, to: Point): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const part = Math.min(CORNER, length / 2) / length;
  return { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
}

function text({ x, y }: Point): string {
  return `${Math.round(10 * x) / 10},${Math.round(10 * y) / 10}`;
}
