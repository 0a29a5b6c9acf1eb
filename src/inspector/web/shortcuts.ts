/**
 * Keys that work everywhere on the page, and the list of them for the help.
 *
 * They are silent while somebody types, and leave Space and Enter to what has the focus.
 */

import { position } from './connection.js';
import { showHelp } from './help-dialog.js';
import { go, VIEWS } from './route.js';
import { isPossible, RUNS, RUNS_BACK, STEPS, type TimeAction, toggleOf } from './time-commands.js';
import { doInTime } from './time-notice.js';

const TIME_ACTIONS: readonly TimeAction[] = [...STEPS, ...RUNS, ...RUNS_BACK];

export function startShortcuts(): void {
  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTakenBy(event)) return;
    const action = actionOf(event.key);
    if (action === undefined) return;
    event.preventDefault();
    action();
  });
}

function actionOf(key: string): (() => void) | undefined {
  const view = VIEWS[Number(key) - 1];
  if (view !== undefined) return () => go(view);
  if (key === '?') return showHelp;
  const at = position.value;
  if (at === undefined) return undefined;
  const command =
    key === ' ' ? toggleOf(at) : TIME_ACTIONS.find((candidate) => candidate.key === key)?.command;
  return command === undefined || !isPossible(command, at) ? undefined : () => doInTime(command);
}

/** Whether the element with the focus has a use of its own for the key. */
function isTakenBy({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof Element)) return false;
  if (document.querySelector('dialog[open]') !== null) return true;
  if (target.matches('input:not([type=range]), select, textarea, [contenteditable]')) return true;
  const isPressing = key === ' ' || key === 'Enter';
  return isPressing && target.matches('button, a, summary, [role=button], [role=option]');
}
