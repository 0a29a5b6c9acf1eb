/**
 * Lines of text in a statechart: what a transition waits for and does, or what a state does.
 */

import type { TextBlock } from '../statechart-graph.js';
import type { LabelLine } from '../statechart-labels.js';
import { edgeText, LINE_HEIGHT, widthOf } from '../statechart-labels.js';

interface Blocks {
  readonly blocks: readonly TextBlock[];
  readonly at: { readonly x: number; readonly y: number };
  /** Beside an arrow, and so over other lines. */
  readonly isLabel?: boolean;
  readonly edge: string | undefined;
  readonly hrefOf: (id: string) => string;
  readonly taken: readonly string[];
}

export function TextBlocks({ blocks, at, isLabel = false, edge, hrefOf, taken }: Blocks) {
  let y = at.y;
  return (
    <>
      {blocks.map((block) => {
        const top = y;
        y += block.lines.length * LINE_HEIGHT;
        const id = block.edge?.id;
        return (
          <Block
            key={id ?? 'effects'}
            block={block}
            x={at.x + (isLabel ? 2 : 0)}
            y={top}
            className={classOf(isLabel, id !== undefined && id === edge, isIn(taken, id))}
            hrefOf={hrefOf}
          />
        );
      })}
    </>
  );
}

interface BlockProps {
  readonly block: TextBlock;
  readonly x: number;
  readonly y: number;
  readonly className: string;
  readonly hrefOf: (id: string) => string;
}

function Block({ block, x, y, className, hrefOf }: BlockProps) {
  const { edge, lines } = block;
  const shape = <BlockShape lines={lines} x={x} y={y} />;
  if (edge === undefined) return <g class={className}>{shape}</g>;
  return (
    <a class={`${className} is-edge`} data-edge={edge.id} href={hrefOf(edge.id)}>
      <title>{`${edgeText(edge)}: click for its last events`}</title>
      {shape}
    </a>
  );
}

function BlockShape({ lines, x, y }: { lines: readonly LabelLine[]; x: number; y: number }) {
  return (
    <>
      <rect
        class="ground"
        x={x - 2}
        y={y}
        width={widthOf(lines) + 4}
        height={lines.length * LINE_HEIGHT}
        rx={3}
      />
      {lines.map(({ kind, text }, i) => (
        <text key={text} x={x} y={y + i * LINE_HEIGHT + 10.5} class={`line is-${kind}`}>
          {text}
        </text>
      ))}
    </>
  );
}

function classOf(isLabel: boolean, isChosen: boolean, isTaken: boolean): string {
  const marks = `${isChosen ? ' is-chosen' : ''}${isTaken ? ' is-taken' : ''}`;
  return `block${isLabel ? ' is-label' : ''}${marks}`;
}

function isIn(ids: readonly string[], id: string | undefined): boolean {
  return id !== undefined && ids.includes(id);
}
