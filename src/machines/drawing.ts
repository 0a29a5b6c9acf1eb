/**
 * Machines for the eye and for other tools: Mermaid's `stateDiagram-v2`, and JSON that
 * `createMachine` accepts.
 *
 * `docs/machines.md` and `upcall machines` print these. Both are made from the machine that runs,
 * so a drawing cannot tell another story.
 */

import type { AnyStateMachine } from 'xstate';
import { UpcallError } from '../base/errors.js';
import {
  ANYWHERE,
  edgesOf,
  initialStateOf,
  type MachineEdge,
  type MachineState,
  type StatePath,
  statesOf,
} from './machine-edges.js';

/** A machine's configuration as plain data. */
export type MachineJson = Readonly<Record<string, unknown>>;

/** The Mermaid text of `machine`; it ends with a newline. */
export function drawMermaid(machine: AnyStateMachine): string {
  const states = statesOf(machine);
  const lines = [
    'stateDiagram-v2',
    ...drawStates(states, ''),
    `${INDENT}[*] --> ${idOf(initialStateOf(machine))}`,
    ...edgesOf(machine)
      .filter((edge) => edge.source !== ANYWHERE)
      .map((edge) => `${INDENT}${idOf(edge.source)} --> ${idOf(edge.target)} : ${labelOf(edge)}`),
    ...states
      .filter((state) => state.type === 'final')
      .map((state) => `${INDENT}${idOf(state.path)} --> [*]`),
    ...drawAnywhere(machine),
  ];
  return `${lines.join('\n')}\n`;
}

/** The configuration of `machine`; guards and actions are names, the context is left out. */
export function drawJson(machine: AnyStateMachine): MachineJson {
  const { context: _, ...config } = machine.config;
  return JSON.parse(JSON.stringify(config, refuseFunctions)) as MachineJson;
}

const INDENT = '  ';

function drawStates(states: readonly MachineState[], parent: StatePath): string[] {
  return states
    .filter((state) => parentOf(state.path) === parent)
    .flatMap((state) => drawState(state, states).map((line) => `${INDENT}${line}`));
}

function drawState(state: MachineState, states: readonly MachineState[]): string[] {
  const id = idOf(state.path);
  const title = `state "${state.path.split('.').at(-1)}" as ${id}`;
  const effects = effectsOf(state);
  if (state.initial === undefined) return [title, ...effects.map((text) => `${id} : ${text}`)];
  return [
    `${title} {`,
    `${INDENT}[*] --> ${idOf(state.initial)}`,
    ...drawStates(states, state.path),
    '}',
    ...drawNote(id, effects),
  ];
}

/** What holds in every state stands in a note at the first one. */
function drawAnywhere(machine: AnyStateMachine): string[] {
  const labels = edgesOf(machine)
    .filter((edge) => edge.source === ANYWHERE)
    .map((edge) => `in any state: ${labelOf(edge)}`);
  return drawNote(idOf(initialStateOf(machine)), labels).map((line) => `${INDENT}${line}`);
}

function drawNote(id: string, texts: readonly string[]): string[] {
  if (texts.length === 0) return [];
  return [`note right of ${id}`, ...texts.map((text) => `${INDENT}${text}`), 'end note'];
}

function effectsOf({ entry, exit }: MachineState): string[] {
  return [
    ...(entry.length === 0 ? [] : [`entry / ${entry.join(', ')}`]),
    ...(exit.length === 0 ? [] : [`exit / ${exit.join(', ')}`]),
  ];
}

function labelOf({ event, guard, actions }: MachineEdge): string {
  const condition = guard === undefined ? '' : ` [${guard}]`;
  return `${event}${condition}${actions.length === 0 ? '' : ` / ${actions.join(', ')}`}`;
}

function parentOf(path: StatePath): StatePath {
  return path.split('.').slice(0, -1).join('.');
}

/** Mermaid's names are global to a diagram and have no dots. */
function idOf(path: StatePath): string {
  return path.replaceAll('.', '_');
}

function refuseFunctions(key: string, value: unknown): unknown {
  if (typeof value !== 'function') return value;
  throw new UpcallError(`Cannot draw machine as JSON: "${key}" is a function, set it up by name`);
}
