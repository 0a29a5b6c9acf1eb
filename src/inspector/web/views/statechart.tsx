/**
 * A statechart in SVG: boxes for states, arrows for transitions, with the words of both.
 *
 * What is active has a thick border and a sign besides its colour; what was taken last is drawn
 * over once more, each time anew. Every transition is a link to its last events.
 */

import type { MachineGraph, MachineView } from '../../view-data.js';
import { ANYWHERE, type Arrow, arrowsOf, boxBlocks } from '../statechart-graph.js';
import type { ArrowLine, StatechartLayout } from '../statechart-layout.js';
import { StateBoxes } from './state-boxes.js';
import { TextBlocks } from './text-blocks.js';

/** The transition whose events are shown, and the address at which those of another one are. */
export interface Chosen {
  readonly edge: string | undefined;
  readonly hrefOf: (id: string) => string;
}

interface StatechartProps extends Chosen {
  readonly view: MachineView;
  readonly layout: StatechartLayout;
}

export function Statechart({ view, layout, edge, hrefOf }: StatechartProps) {
  const { graph } = view;
  const taken = view.last?.edges ?? [];
  const arrows = new Map(arrowsOf(graph).map((arrow) => [arrow.id, arrow]));
  return (
    <g class="statechart">
      <Heads />
      <StateBoxes graph={graph} boxes={layout.states} active={activeOf(view)} />
      {layout.arrows.map((line) => (
        <ArrowShape
          key={line.id}
          line={line}
          arrow={arrows.get(line.id)}
          isTaken={hasEdge(arrows.get(line.id), taken)}
          isChosen={edge !== undefined && hasEdge(arrows.get(line.id), [edge])}
          n={view.last?.n ?? 0}
        />
      ))}
      <Words graph={graph} layout={layout} edge={edge} hrefOf={hrefOf} taken={taken} />
    </g>
  );
}

/** Words lie over all lines, each with a ground of its own. */
function Words({ graph, layout, edge, hrefOf, taken }: WordsProps) {
  const arrows = new Map(arrowsOf(graph).map((arrow) => [arrow.id, arrow]));
  const marks = { edge, hrefOf, taken };
  return (
    <>
      {layout.arrows.map(({ id, label }) => (
        <TextBlocks key={id} blocks={arrows.get(id)?.blocks ?? []} at={label} isLabel {...marks} />
      ))}
      {layout.states.map(({ path, x, y }) => (
        <TextBlocks
          key={path}
          blocks={boxBlocks(graph, path)}
          at={{ x: x + BLOCK_LEFT, y: y + BLOCK_TOP }}
          {...marks}
        />
      ))}
    </>
  );
}

interface WordsProps extends Chosen {
  readonly graph: MachineGraph;
  readonly layout: StatechartLayout;
  readonly taken: readonly string[];
}

/** Where the words of a box begin, below its name. */
const BLOCK_LEFT = 10;
const BLOCK_TOP = 26;

interface ArrowProps {
  readonly line: ArrowLine;
  readonly arrow: Arrow | undefined;
  readonly isTaken: boolean;
  readonly isChosen: boolean;
  /** The entry of the last transition; another one draws it anew. */
  readonly n: number;
}

function ArrowShape({ line, arrow, isTaken, isChosen, n }: ArrowProps) {
  const isAnywhere = arrow?.source === ANYWHERE;
  const head = isTaken ? 'taken' : isChosen ? 'chosen' : 'plain';
  return (
    <g class={`arrow${isAnywhere ? ' is-anywhere' : ''}${isChosen ? ' is-chosen' : ''}`}>
      <path class="arrow-line" d={line.path} marker-end={`url(#head-${head})`} />
      {isTaken ? <path key={n} class="arrow-taken" d={line.path} pathLength={1} /> : null}
    </g>
  );
}

function Heads() {
  return (
    <defs>
      {['plain', 'chosen', 'taken'].map((name) => (
        <marker
          key={name}
          id={`head-${name}`}
          class={`arrow-head is-${name}`}
          viewBox="0 0 8 8"
          refX="7.5"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0,0.5L8,4L0,7.5z" />
        </marker>
      ))}
    </defs>
  );
}

function hasEdge(arrow: Arrow | undefined, ids: readonly string[]): boolean {
  return arrow?.blocks.some(({ edge }) => edge !== undefined && ids.includes(edge.id)) ?? false;
}

/** A machine that nobody runs has no state. */
function activeOf(view: MachineView): ReadonlySet<string> {
  return new Set(view.actor === undefined && view.actors.length === 0 ? [] : view.active);
}
