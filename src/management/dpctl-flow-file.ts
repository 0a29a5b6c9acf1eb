/**
 * A file of datapath flows, as `dpctl/add-flows`, `mod-flows` and `del-flows` read it.
 *
 * A line is a flow and, unless it is deleted, its actions; "add", "modify" or "delete" may stand
 * before it. What follows a "#" is a remark. Answers to `dpctl_parse_flow_line()` of OVS's
 * `lib/dpctl.c`.
 */

import { readFileSync } from 'node:fs';
import type { DpctlCall } from './dpctl-call.js';

const COMMANDS = ['add', 'delete', 'modify'] as const;

export type FlowFileCommand = (typeof COMMANDS)[number];

export interface FlowFileLine {
  readonly command: FlowFileCommand;
  /** Empty: the line has none. */
  readonly flow: string;
  readonly actions: string;
  /** From 1. */
  readonly number: number;
}

/** The lines of the file that `call` names last. One that cannot be read is said, no failure. */
export function readDpctlFlowFile(
  call: DpctlCall,
  unlessNamed: FlowFileCommand,
): readonly FlowFileLine[] {
  let lines: readonly string[] = [];
  call.attempt(() => {
    lines = readLines(call, call.words.at(-1) ?? '');
  });
  return lines.flatMap((line, i) => {
    const words = line.replace(/#.*/, '').trim();
    return words === '' ? [] : [parseLine(words, unlessNamed, i + 1)];
  });
}

function readLines(call: DpctlCall, path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return call.fail(`Opening file "${path}" failed`, code);
  }
}

function parseLine(words: string, unlessNamed: FlowFileCommand, number: number): FlowFileLine {
  const [first = ''] = words.split(/[, \t\r]/, 1);
  // As in OVS, the beginning of a command's name will do.
  const named = COMMANDS.find((command) => command.startsWith(first));
  const rest = named === undefined ? words : words.slice(first.length).trimStart();
  const [flow = ''] = rest.split(/[ \t\r]/, 1);
  const actions = rest.slice(flow.length).trim();
  return { command: named ?? unlessNamed, flow, actions, number };
}
