/**
 * What can be done to time, and when: one list, from which the time bar, the shortcuts and the help
 * are made.
 */

import type { Position } from '../view-data.js';
import type { TimeCommand } from '../wire.js';

export interface TimeAction {
  /** On the button. */
  readonly label: string;
  /** In the help, and read aloud. */
  readonly text: string;
  readonly key: string;
  readonly command: TimeCommand;
}

const back = { backward: true } as const;

export const STEPS: readonly TimeAction[] = [
  {
    label: '◂ phase',
    text: 'Step back to the phase before',
    key: '[',
    command: { do: 'step', by: 'phase', ...back },
  },
  {
    label: '◂ event',
    text: 'Step back one event',
    key: ',',
    command: { do: 'step', by: 'event', ...back },
  },
  { label: 'event ▸', text: 'Step one event', key: '.', command: { do: 'step', by: 'event' } },
  { label: 'phase ▸', text: 'Step to the next phase', key: ']', command: phaseStep() },
];

export const RUNS: readonly TimeAction[] = [
  { label: 'upcall', text: 'Run to the next upcall', key: 'u', command: run('upcall') },
  { label: 'cycle', text: 'Run to the next cycle', key: 'c', command: run('cycle') },
  { label: 'deletion', text: 'Run to the next deletion', key: 'd', command: run('deletion') },
  { label: 'end', text: 'Run to the end', key: 'e', command: run('end') },
];

/** The same backward; on the keyboard only, with Shift. */
export const RUNS_BACK: readonly TimeAction[] = RUNS.filter(({ label }) => label !== 'end').map(
  ({ label, key, command }) => ({
    label,
    text: `Run back to the ${label} before`,
    key: key.toUpperCase(),
    command: { ...command, ...back } as TimeCommand,
  }),
);

/** Times real time; 0: as fast as it goes. */
export const SPEEDS: readonly { readonly speed: number; readonly label: string }[] = [
  { speed: 0.1, label: '0.1 ×' },
  { speed: 1, label: '1 × (real time)' },
  { speed: 10, label: '10 ×' },
  { speed: 100, label: '100 ×' },
  { speed: 0, label: 'as fast as it goes' },
];

/** Pause, or go on. */
export function toggleOf({ isRunning }: Position): TimeCommand {
  return { do: isRunning ? 'pause' : 'resume' };
}

/** Whether the session at this position knows the command and it would lead somewhere. */
export function isPossible(command: TimeCommand, position: Position): boolean {
  const isToggle = command.do === 'pause' || command.do === 'resume';
  if (position.kind === 'live') return isToggle && !position.isComplete;
  const isBackward = 'backward' in command && command.backward === true;
  if (isBackward) return position.n > 0;
  const isAtEnd = position.isComplete && position.n >= position.last;
  if (command.do === 'seek' || command.do === 'speed' || command.do === 'pause') return true;
  return !isAtEnd;
}

function run(to: 'upcall' | 'cycle' | 'deletion' | 'end'): TimeCommand {
  return { do: 'run', to };
}

function phaseStep(): TimeCommand {
  return { do: 'step', by: 'phase' };
}
