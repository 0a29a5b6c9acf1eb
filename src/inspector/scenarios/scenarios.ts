/**
 * All scenarios, in the order in which they are listed.
 */

import { UpcallError } from '../../base/errors.js';
import { exactFlows } from './exact-flows.js';
import { flappingLimit } from './flapping-limit.js';
import { idleTimeout } from './idle-timeout.js';
import { lostUpcalls } from './lost-upcalls.js';
import { megaflowExplosion } from './megaflow-explosion.js';
import { packetInStorm } from './packet-in-storm.js';
import { readdedFlows } from './readded-flows.js';
import type { Scenario } from './scenario.js';
import { staleFlow } from './stale-flow.js';

export const scenarios: readonly Scenario[] = [
  megaflowExplosion,
  flappingLimit,
  exactFlows,
  lostUpcalls,
  readdedFlows,
  staleFlow,
  idleTimeout,
  packetInStorm,
];

/** The scenario of that name; throws an `UpcallError` that lists the names where there is none. */
export function findScenario(name: string): Scenario {
  const found = scenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  const names = scenarios.map((scenario) => scenario.name).join(', ');
  throw new UpcallError(`Cannot find scenario "${name}": there are ${names}`);
}
