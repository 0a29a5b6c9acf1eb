/**
 * The boxes of a statechart, one within the other, with their names.
 */

import type { GraphState, MachineGraph } from '../../view-data.js';
import { ANYWHERE, TITLE_HEIGHT } from '../statechart-graph.js';
import type { StateBox } from '../statechart-layout.js';

interface Boxes {
  readonly graph: MachineGraph;
  readonly boxes: readonly StateBox[];
  readonly active: ReadonlySet<string>;
}

export function StateBoxes({ graph, boxes, active }: Boxes) {
  return (
    <>
      {boxes.map((box) => {
        const state = graph.states.find(({ path }) => path === box.path);
        return <BoxShape key={box.path} box={box} state={state} isActive={active.has(box.path)} />;
      })}
    </>
  );
}

interface BoxProps {
  readonly box: StateBox;
  readonly state: GraphState | undefined;
  readonly isActive: boolean;
}

function BoxShape({ box, state, isActive }: BoxProps) {
  const { x, y, width, height, path } = box;
  const isFinal = state?.type === 'final';
  return (
    <g class={classOf(box, state, isActive)} data-state={path}>
      <rect class="box" x={x} y={y} width={width} height={height} rx={8} />
      {isFinal ? (
        <rect x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} class="inner" />
      ) : null}
      <text x={x + 10} y={y + TITLE_HEIGHT - 7} class="state-name">
        {signOf(state, isActive)}
        {path === ANYWHERE ? 'in any state' : (state?.label ?? path)}
      </text>
    </g>
  );
}

function classOf({ path }: StateBox, state: GraphState | undefined, isActive: boolean): string {
  const kind = path === ANYWHERE ? 'anywhere' : (state?.type ?? 'atomic');
  return `state is-${kind}${isActive ? ' is-active' : ''}`;
}

/** "▶": it is in this state; "●": here its parent begins. */
function signOf(state: GraphState | undefined, isActive: boolean): string {
  if (isActive) return '▶ ';
  return state?.isInitial === true ? '● ' : '';
}
