/**
 * Scenarios as text: the list of them, and one with its paragraph and its numbers.
 */

import { textTable } from '../base/text-table.js';
import type { ScenarioText } from '../inspector/scenarios/scenario.js';

/** One number, of both runs. */
export interface ComparedMeasure {
  readonly name: string;
  readonly text: string;
  readonly asItWas: number;
  readonly remedied: number;
}

/** What `--json` prints. */
export interface ScenarioDocument extends ScenarioText {
  readonly numbers: readonly ComparedMeasure[];
  /** Whether every packet is accounted for, in both runs. */
  readonly isConserved: boolean;
}

const WIDTH = 80;

/** A line for each, and how to go on. */
export function formatScenarioList(texts: readonly ScenarioText[]): string {
  const rows = [['NAME', 'TITLE'], ...texts.map(({ name, title }) => [name, title])];
  const lines = [...textTable(rows), '', '"upcall scenario NAME" plays one of them.'];
  return `${lines.join('\n')}\n`;
}

/** Title, paragraph, numbers, sources. */
export function formatScenario(document: ScenarioDocument): string {
  const { title, look, remedy, numbers, isConserved, sources } = document;
  const rows = [
    ['', 'as it was', 'remedied'],
    ...numbers.map(({ text, asItWas, remedied }) => [text, asItWas, remedied]),
  ];
  const books = isConserved
    ? 'every packet is accounted for'
    : 'packets are not accounted for: this is a bug in upcall';
  const lines = [
    title,
    '',
    ...wrap(look),
    '',
    'Numbers',
    ...textTable(rows).map((line) => `  ${line}`),
    '',
    ...wrap(`Remedied: ${remedy}. In both runs ${books}.`),
    '',
    'Sources',
    ...sources.map((source) => `  ${source}`),
  ];
  return `${lines.join('\n')}\n`;
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
