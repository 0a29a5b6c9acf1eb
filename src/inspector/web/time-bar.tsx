/**
 * The time bar: where the run stands and what can be done to it.
 */

import { position } from './connection.js';

export function TimeBar() {
  const at = position.value;
  return <footer class="time-bar">{at === undefined ? '' : `entry ${at.n} of ${at.last}`}</footer>;
}
