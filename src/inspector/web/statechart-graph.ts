/**
 * A machine as a graph for ELK: what has which size, and what lies in what.
 *
 * Transitions that stay in their state are lines in its box, as in a drawing by hand; those of one
 * state to one other share an arrow; those of the machine as a whole have a box of their own, "in
 * any state".
 */

import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { GraphEdge, GraphState, MachineGraph } from '../view-data.js';
import {
  CHARACTER_WIDTH,
  edgeLines,
  heightOf,
  innerLines,
  type LabelLine,
  stateLines,
  widthOf,
} from './statechart-labels.js';

/** The source of transitions that hold in every state, as `MachineGraph` has it. */
export const ANYWHERE = '*';
export const ROOT = '(machine)';
export const TITLE_HEIGHT = 24;
export const BOX_PADDING = 10;
const WIDTH_MIN = 84;

export type Direction = 'DOWN' | 'RIGHT';

/** The lines of one edge, in a box or beside an arrow; without an edge: effects of a state. */
export interface TextBlock {
  readonly edge: GraphEdge | undefined;
  readonly lines: readonly LabelLine[];
}

/** All transitions from one state to another. */
export interface Arrow {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly blocks: readonly TextBlock[];
}

/** What stands in the box of a state, below its name. */
export function boxBlocks(graph: MachineGraph, path: string): readonly TextBlock[] {
  const state = graph.states.find((candidate) => candidate.path === path);
  const effects = state === undefined ? [] : stateLines(state);
  const inner = graph.edges
    .filter((edge) => edge.source === path && isInner(edge))
    .map((edge) => ({ edge, lines: innerLines(edge) }));
  return effects.length === 0 ? inner : [{ edge: undefined, lines: effects }, ...inner];
}

export function arrowsOf(graph: MachineGraph): readonly Arrow[] {
  const arrows = new Map<string, { source: string; target: string; blocks: TextBlock[] }>();
  for (const edge of graph.edges) {
    if (isInner(edge)) continue;
    const { source, target } = edge;
    const id = `${source} > ${target}`;
    const arrow = arrows.get(id) ?? { source, target, blocks: [] };
    arrows.set(id, arrow);
    arrow.blocks.push({ edge, lines: edgeLines(edge) });
  }
  return [...arrows].map(([id, arrow]) => ({ id, ...arrow }));
}

/** Whether a transition stays where it is. */
export function isInner(edge: GraphEdge): boolean {
  return edge.source === edge.target;
}

export function elkGraph(graph: MachineGraph, direction: Direction): ElkNode {
  const isUsed = graph.edges.some(({ source }) => source === ANYWHERE);
  const anywhere = isUsed ? [boxOf(graph, ANYWHERE, 'in any state', [])] : [];
  return {
    id: ROOT,
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': direction,
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.json.shapeCoords': 'ROOT',
      'elk.json.edgeCoords': 'ROOT',
      'elk.spacing.nodeNode': '26',
      'elk.spacing.edgeNode': '14',
      'elk.spacing.edgeEdge': '12',
      'elk.spacing.edgeLabel': '3',
      'elk.layered.spacing.nodeNodeBetweenLayers': '34',
      'elk.layered.spacing.edgeNodeBetweenLayers': '14',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      'elk.layered.thoroughness': '20',
    },
    children: [...anywhere, ...childrenOf(graph, undefined)],
    edges: arrowsOf(graph).map(elkEdge),
  };
}

function childrenOf(graph: MachineGraph, parent: string | undefined): ElkNode[] {
  return graph.states
    .filter((state) => state.parent === parent)
    .map((state) => boxOf(graph, state.path, titleOf(state), childrenOf(graph, state.path)));
}

function titleOf({ label, isInitial }: GraphState): string {
  return isInitial ? `● ${label}` : label;
}

function boxOf(graph: MachineGraph, path: string, title: string, children: ElkNode[]): ElkNode {
  const lines = boxBlocks(graph, path).flatMap((block) => block.lines);
  const titleWidth = Math.ceil(title.length * CHARACTER_WIDTH * 1.2);
  const width = Math.max(WIDTH_MIN, titleWidth, widthOf(lines)) + 2 * BOX_PADDING;
  const height = TITLE_HEIGHT + heightOf(lines) + (lines.length > 0 ? BOX_PADDING : 6);
  if (children.length === 0) return { id: path, width, height };
  const padding = `[top=${height + BOX_PADDING},left=14,bottom=14,right=14]`;
  return {
    id: path,
    children,
    layoutOptions: {
      'elk.padding': padding,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${width},${height})`,
    },
  };
}

function elkEdge({ id, source, target, blocks }: Arrow): ElkExtendedEdge {
  const lines = blocks.flatMap((block) => block.lines);
  // ELK makes no room for a label without text.
  const label = {
    id: `label of ${id}`,
    text: id,
    width: widthOf(lines) + 4,
    height: heightOf(lines),
  };
  return { id, sources: [source], targets: [target], labels: [label] };
}
