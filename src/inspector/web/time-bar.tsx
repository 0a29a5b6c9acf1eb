/**
 * The time bar, always there: where the run stands, and what can be done to it.
 *
 * A live switch has no past that one could go back to, and only its revalidators can be paused;
 * so only that is offered there, and said.
 */

import type { Position } from '../view-data.js';
import { position, skipped } from './connection.js';
import { formatCount, formatTime } from './format.js';
import { Scrubber } from './scrubber.js';
import { isPossible, RUNS, SPEEDS, STEPS, type TimeAction, toggleOf } from './time-commands.js';
import { doInTime, refusal } from './time-notice.js';
import './time-bar.css';

const KIND_TEXT: Readonly<Record<Position['kind'], string>> = {
  live: '● LIVE',
  replay: '▷ REPLAY',
  recording: '▤ RECORDING',
};

export function TimeBar() {
  const at = position.value;
  return (
    <footer class="time-bar">
      {at === undefined ? <p class="quiet">No run to show yet</p> : <TimeControls at={at} />}
    </footer>
  );
}

function TimeControls({ at }: { at: Position }) {
  return (
    <>
      <div class="time-row">
        <span class={`time-kind is-${at.kind}`}>{KIND_TEXT[at.kind]}</span>
        <Place at={at} />
        {at.kind === 'live' ? <LiveNote /> : <Scrubber at={at} />}
      </div>
      <div class="time-row">
        <PauseButton at={at} />
        {at.kind === 'live' ? null : <StepButtons at={at} />}
        <span class="time-message" role="status">
          {refusal.value ?? omissionText(at.dropped, skipped.value)}
        </span>
      </div>
    </>
  );
}

function Place({ at }: { at: Position }) {
  return (
    <span class="time-place">
      <span class="time-clock">{formatTime(at.t, at.startedAt)}</span>
      <span class="quiet">
        {' entry '}
        <span class="time-entry">{formatCount(at.n)}</span>
        {at.kind === 'live' ? '' : ` of ${formatCount(at.last)}${at.isComplete ? '' : ' so far'}`}
      </span>
    </span>
  );
}

function PauseButton({ at }: { at: Position }) {
  const isLive = at.pauses === 'revalidators';
  const what = isLive ? ' revalidators' : '';
  const command = toggleOf(at);
  return (
    <button
      type="button"
      class={`is-primary time-pause${isLive ? ' is-wide' : ''}`}
      disabled={!isPossible(command, at)}
      title="Space"
      onClick={() => doInTime(command)}
    >
      {at.isRunning ? `❚❚ Pause${what}` : `▶ Go on${isLive ? ' with' : ''}${what}`}
    </button>
  );
}

function LiveNote() {
  return (
    <span class="quiet">
      A live switch: pausing stops its revalidators only; packets, upcalls and new flows go on.
    </span>
  );
}

function StepButtons({ at }: { at: Position }) {
  return (
    <>
      <fieldset class="time-group" aria-label="Step">
        {STEPS.map((action) => (
          <ActionButton key={action.key} action={action} at={at} />
        ))}
      </fieldset>
      <fieldset class="time-group" aria-label="Run to the next">
        <span class="quiet" aria-hidden="true">
          run to next
        </span>
        {RUNS.map((action) => (
          <ActionButton key={action.key} action={action} at={at} />
        ))}
      </fieldset>
      <label class="time-group">
        <span class="quiet">speed</span>
        <select
          value={String(at.speed)}
          onChange={({ currentTarget }) =>
            doInTime({ do: 'speed', speed: Number(currentTarget.value) })
          }
        >
          {speedsWith(at.speed).map(({ speed, label }) => (
            <option key={speed} value={String(speed)}>
              {label}
            </option>
          ))}
        </select>
      </label>
    </>
  );
}

function ActionButton({ action, at }: { action: TimeAction; at: Position }) {
  return (
    <button
      type="button"
      disabled={!isPossible(action.command, at)}
      title={`${action.text} (key ${action.key})`}
      aria-label={action.text}
      onClick={() => doInTime(action.command)}
    >
      {action.label}
    </button>
  );
}

/** The speeds on offer, and the present one where it is another. */
function speedsWith(speed: number): typeof SPEEDS {
  const isListed = SPEEDS.some((choice) => choice.speed === speed);
  return isListed ? SPEEDS : [{ speed, label: `${speed} ×` }, ...SPEEDS];
}

/** What is not shown, and why; nothing where everything is. */
export function omissionText(dropped: Position['dropped'], documents: number): string {
  const kinds = Object.entries(dropped).filter(([, count]) => count > 0);
  const entries = kinds.map(([kind, count]) => `${formatCount(count)} × ${kind}`).join(', ');
  const parts = [
    entries === '' ? '' : `Left out to keep up: ${entries}`,
    documents === 0 ? '' : `this page was too slow for ${formatCount(documents)} documents`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}
