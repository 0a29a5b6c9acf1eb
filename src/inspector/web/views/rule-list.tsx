/**
 * Rules by the number of megaflows that stand for them, most first; a click shows just those flows.
 */

import type { RuleUse } from '../../view-data.js';
import { ruleOf } from '../filter-words.js';
import { flowFilter, toggleRule } from '../flows-query.js';
import { formatCount, formatPlural } from '../format.js';
import { go } from '../route.js';

export interface RuleListProps {
  readonly rules: readonly RuleUse[];
  /** What is said where there are none. */
  readonly empty: string;
}

export function RuleList({ rules, empty }: RuleListProps) {
  if (rules.length === 0) return <p class="quiet">{empty}</p>;
  const most = Math.max(1, ...rules.map(({ megaflows }) => megaflows));
  return (
    <ol class="rule-list">
      {rules.map((use) => (
        <li key={use.rule}>
          <RuleButton use={use} share={use.megaflows / most} />
        </li>
      ))}
    </ol>
  );
}

function RuleButton({ use, share }: { readonly use: RuleUse; readonly share: number }) {
  const isOn = ruleOf(flowFilter.value) === use.rule;
  const onClick = (): void => {
    toggleRule(use.rule);
    go('flows');
  };
  return (
    <button
      type="button"
      class="rule"
      aria-pressed={isOn}
      title={`rule:${use.rule} ${use.text}\n${isOn ? 'Show all flows again' : 'Show its flows'}`}
      onClick={onClick}
    >
      <span class="rule-count number">{formatCount(use.megaflows)}</span>
      <span class="rule-bar" aria-hidden="true">
        <span style={{ width: `${100 * share}%` }} />
      </span>
      <span class="visually-hidden">{formatPlural(use.megaflows, 'megaflow')}:</span>
      <span class="rule-text mono">
        {isOn ? '✓ ' : ''}
        {use.bridge} table {use.table}: {use.text}
      </span>
    </button>
  );
}
