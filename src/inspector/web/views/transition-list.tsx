/**
 * All transitions of a machine in words: for the keyboard, for screen readers, and for whoever
 * looks for one by name. Those that can be taken now come first.
 */

import type { GraphEdge, MachineView } from '../../view-data.js';
import { edgeText } from '../statechart-labels.js';
import type { Chosen } from './statechart.js';

interface TransitionsProps extends Chosen {
  readonly view: MachineView;
}

export function TransitionList({ view, edge, hrefOf }: TransitionsProps) {
  const taken = view.last?.edges ?? [];
  return (
    <section class="transitions" aria-labelledby="transitions">
      <h2 id="transitions">
        Transitions <span class="quiet">▶ possible now</span>
      </h2>
      <ul>
        {sorted(view).map((each) => (
          <li key={each.id}>
            <a
              href={hrefOf(each.id)}
              aria-current={each.id === edge}
              class={`transition${taken.includes(each.id) ? ' is-taken' : ''}`}
            >
              <span class="transition-sign">{isPossible(each, view) ? '▶' : ''}</span>
              <span>
                <code>{edgeText(each)}</code>
                <br />
                <span class="quiet mono">{wayOf(each)}</span>
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Those of active states first, otherwise in the machine's order. */
export function sorted(view: MachineView): readonly GraphEdge[] {
  const { edges } = view.graph;
  const isNow = (edge: GraphEdge): boolean => isPossible(edge, view);
  return [...edges.filter(isNow), ...edges.filter((edge) => !isNow(edge))];
}

function isPossible({ source }: GraphEdge, { active }: MachineView): boolean {
  return active.includes(source);
}

function wayOf({ source, target }: GraphEdge): string {
  const from = source === '*' ? 'any state' : source;
  return source === target ? `in ${from}` : `${from} → ${target}`;
}
