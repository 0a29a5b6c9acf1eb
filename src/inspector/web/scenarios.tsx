/**
 * Situations from real complaints: the list that opens one, and what to look at in it.
 */

import { signal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { openScenario, welcome } from './connection.js';

/** The name that stands for what the server was started with. */
const FIRST = '';

const failure = signal<string | undefined>(undefined);

/** The button and its dialog; nothing where the server has no scenarios. */
export function ScenarioButton() {
  const dialog = useRef<HTMLDialogElement>(null);
  const scenarios = welcome.value?.scenarios ?? [];
  if (scenarios.length === 0) return null;
  const open = async (name: string): Promise<void> => {
    try {
      failure.value = undefined;
      await openScenario(name);
      dialog.current?.close();
    } catch (error) {
      failure.value = error instanceof Error ? error.message : String(error);
    }
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Scenarios
      </button>
      <dialog ref={dialog} aria-labelledby="scenarios-title">
        <div class="dialog-head">
          <h2 id="scenarios-title">Situations from real complaints</h2>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        {failure.value === undefined ? null : <p role="alert">{failure.value}</p>}
        <div class="scenario">
          <button type="button" onClick={() => open(FIRST)}>
            Back to what was shown first
          </button>
        </div>
        {scenarios.map(({ name, title, look }) => (
          <div class="scenario" key={name}>
            <button type="button" onClick={() => open(name)}>
              {title}
            </button>
            <p class="quiet">{firstSentence(look)}</p>
          </div>
        ))}
      </dialog>
    </>
  );
}

/** What the list says of a scenario; the whole paragraph is shown while it is open. */
export function firstSentence(paragraph: string): string {
  const end = paragraph.search(/[.:] /);
  return end < 0 ? paragraph : `${paragraph.slice(0, end)}.`;
}

/** What to look at, while a scenario is shown. */
export function ScenarioNote() {
  const shown = welcome.value?.header.title;
  const scenario = welcome.value?.scenarios.find(
    ({ name, title }) => shown !== undefined && (title === shown || name === shown),
  );
  if (scenario === undefined) return null;
  return (
    <details class="notice scenario-note" key={scenario.name} open>
      <summary>
        <strong>{scenario.title}.</strong> What to look at:
      </summary>
      <p>{scenario.look}</p>
    </details>
  );
}
