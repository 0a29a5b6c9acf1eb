/** A conviction for people: what was violated, by which events, and how to see it again. */

import type { Conviction } from './campaign.js';
import { invariants } from './invariants/all-invariants.js';
import { formatEvent, formatPlan } from './plan.js';

export function formatConviction({ violation, seed, plan }: Conviction): string {
  const holds = invariants.find((each) => each.id === violation.id)?.holds;
  const { id, label, complaint } = violation;
  const { handlers, revalidators, profile, isInspected, isInline, layout = 'apart' } = plan;
  const kinds = [...(isInspected ? ['inspected'] : []), ...(isInline ? ['inline'] : [])];
  if (layout !== 'apart') kinds.push(`bridges ${layout === 'chain' ? 'in a chain' : layout}`);
  return [
    `seed ${seed} violates ${id}${label === undefined ? '' : ` (${label})`}`,
    ...(holds === undefined ? [] : [`  must hold: ${holds}`]),
    `  but: ${complaint}`,
    `  profile ${profile}, ${handlers} handlers, ${revalidators} revalidators` +
      `${kinds.map((kind) => `, ${kind}`).join('')}; ${plan.events.length} events:`,
    ...plan.events.map((event, i) => `  ${String(i + 1).padStart(3)}. ${formatEvent(event)}`),
    `  again: npm run sim -- --replay '${formatPlan(plan)}'`,
  ].join('\n');
}
