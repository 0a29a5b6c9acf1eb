/**
 * The help: every key, and what the page's words mean.
 */

import { RUNS, RUNS_BACK, STEPS } from './time-commands.js';

const KEYS: readonly (readonly [keys: string, text: string])[] = [
  ['1 … 6', 'House, Machines, Cycle, Flows, Upcalls, Charts'],
  ['← →', 'In the tabs: the view beside'],
  ['Space', 'Pause or go on'],
  ...[...STEPS, ...RUNS, ...RUNS_BACK].map(({ key, text }) => [key, text] as const),
  ['?', 'This help'],
];

const WORDS: readonly (readonly [word: string, meaning: string])[] = [
  ['upcall', 'A packet that the datapath has no flow for, handed up to a handler.'],
  ['megaflow', 'A flow of the datapath: a masked key, actions, counters.'],
  ['ukey', "The slow path's shadow of one megaflow, with a state of its own."],
  ['revalidator', 'Looks at every megaflow in each cycle: is it right still, is it used?'],
  ['leader', 'Revalidator 0, which also runs the cycle: dump, sweep, finish, wait.'],
];

const HELP_ID = 'help';

export function showHelp(): void {
  const dialog = document.getElementById(HELP_ID);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

export function HelpDialog() {
  return (
    <dialog id={HELP_ID} aria-labelledby="help-title">
      <form method="dialog" class="dialog-head">
        <h2 id="help-title">Keys and words</h2>
        <button type="submit">Close</button>
      </form>
      <dl class="shortcuts">
        {KEYS.map(([keys, text]) => (
          <>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{text}</dd>
          </>
        ))}
        {WORDS.map(([word, meaning]) => (
          <>
            <dt>
              <strong>{word}</strong>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
    </dialog>
  );
}
