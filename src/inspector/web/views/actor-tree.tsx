/**
 * The actors as a table with a tree in its first column; each leads to its statechart.
 */

import type { HouseNode } from '../../view-data.js';
import { formatCount, formatRate } from '../format.js';
import { hrefOf } from '../route.js';

/** An actor in its row. */
export interface ActorRow {
  readonly node: HouseNode;
  readonly depth: number;
}

/** How an actor is, as a sign and as a word. */
const STATUS: Readonly<Record<HouseNode['status'], readonly [sign: string, word: string]>> = {
  active: ['●', 'active'],
  done: ['✓', 'done'],
  error: ['✗', 'failed'],
  stopped: ['■', 'stopped'],
};

export function ActorTree({ root }: { root: HouseNode }) {
  return (
    <table class="actor-tree">
      <thead>
        <tr>
          <th>Actor</th>
          <th>State</th>
          <th>What it does</th>
          <th class="number">Events/s</th>
          <th class="number">Events</th>
        </tr>
      </thead>
      <tbody>
        {rowsOf(root, 0).map(({ node, depth }) => (
          <ActorLine key={node.actor} node={node} depth={depth} />
        ))}
      </tbody>
    </table>
  );
}

/** An actor and all below it, from top to bottom. */
export function rowsOf(node: HouseNode, depth: number): readonly ActorRow[] {
  return [{ node, depth }, ...node.children.flatMap((child) => rowsOf(child, depth + 1))];
}

function ActorLine({ node, depth }: ActorRow) {
  const [sign, word] = STATUS[node.status];
  return (
    <tr class={`is-${node.status}`}>
      <td style={{ paddingLeft: `${8 + 22 * depth}px` }}>
        {depth === 0 ? null : <span class="branch" aria-hidden="true" />}
        <ActorName node={node} />
      </td>
      <td>
        <span class={`chip state-chip is-${node.status}`}>
          <span title={word}>{sign}</span> {node.state}
        </span>
      </td>
      <td title={node.doing}>{node.doing}</td>
      <td class="number">{formatRate(node.rate)}</td>
      <td class="number">{formatCount(node.events)}</td>
    </tr>
  );
}

function ActorName({ node }: { node: HouseNode }) {
  if (node.machine === undefined) return <span>{node.name}</span>;
  return (
    <a href={hrefOf('machines', node.actor)} title={`Show the statechart of ${node.name}`}>
      {node.name}
    </a>
  );
}
