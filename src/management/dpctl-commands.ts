/**
 * `dpctl/*`: the datapath itself. Here is the table of them, and those that only look.
 *
 * What changes flows is in `dpctl-flows.ts`. Answers to OVS's `lib/dpctl.c`.
 */

import type { Port } from '../datapath/port.js';
import type { Command } from './command.js';
import { normalizeActions, reprintActions } from './dpctl-actions.js';
import { DpctlCall } from './dpctl-call.js';
import { dumpDatapathFlows } from './dpctl-dump.js';
import { DpctlFlows } from './dpctl-flows.js';
import type { ManagementContext } from './management-context.js';

interface Row {
  readonly name: string;
  readonly usage: string;
  readonly argsMin: number;
  readonly argsMax: number;
  run(call: DpctlCall): void;
}

/** The width that `dpctl/list-commands` gives to names, with what stands before them. */
const NAME_WIDTH = 'dpctl/'.length + 23;

export function dpctlCommands(context: ManagementContext): readonly Command[] {
  const rows = rowsOf(new DpctlFlows(context));
  return rows.map(({ run, ...row }) => ({
    ...row,
    run: (args) => {
      const call = new DpctlCall(context, args);
      run(call);
      return call.said;
    },
  }));
}

function rowsOf(flows: DpctlFlows): readonly Row[] {
  const row = (
    name: string,
    usage: string,
    [argsMin, argsMax]: readonly [number, number],
    run: (call: DpctlCall) => void,
  ): Row => ({ name: `dpctl/${name}`, usage, argsMin, argsMax, run });
  const rows = [
    row('dump-dps', '', [0, 0], (call) => call.say(`${call.context.sw.datapath.name}\n`)),
    row('show', '[-s] [dp...]', [0, Number.MAX_SAFE_INTEGER], show),
    row('dump-flows', '[-m] [--names] [dp] [filter=..] [type=..] [pmd=..]', [0, 6], (call) =>
      dumpDatapathFlows(call, flows.ufids),
    ),
    row('add-flow', '[dp] flow actions', [2, 3], (call) => flows.add(call)),
    row('mod-flow', '[dp] flow actions', [2, 3], (call) => flows.modify(call)),
    row('add-flows', '[dp] file', [1, 2], (call) => flows.runFile(call, 'add')),
    row('mod-flows', '[dp] file', [1, 2], (call) => flows.runFile(call, 'modify')),
    row('get-flow', '[dp] ufid', [1, 2], (call) => flows.get(call)),
    row('del-flow', '[dp] flow', [1, 2], (call) => flows.delete(call)),
    row('del-flows', '[dp] [file]', [0, 2], (call) => flows.deleteAll(call)),
    row('list-commands', '', [0, Number.MAX_SAFE_INTEGER], (call) => list(call, rows)),
    row('parse-actions', 'actions', [1, Number.MAX_SAFE_INTEGER], reprintActions),
    row('normalize-actions', 'actions', [2, Number.MAX_SAFE_INTEGER], normalizeActions),
  ];
  return rows;
}

function list(call: DpctlCall, rows: readonly Row[]): void {
  call.say('The available commands are:\n');
  for (const { name, usage } of rows) call.say(`  ${name.padEnd(NAME_WIDTH)} ${usage}\n`);
}

function show(call: DpctlCall): void {
  const { datapath } = call.context.sw;
  const missing = call.words.filter((name) => name !== datapath.name);
  for (const [i, name] of missing.entries()) {
    const tell = () => call.fail(`opening datapath ${name} failed`, 'ENODEV');
    // The last complaint ends the call.
    if (i === missing.length - 1) tell();
    else call.attempt(tell);
  }
  const { hit, missed, lost, flows } = datapath.getStats();
  call.say(`${datapath.name}:\n  lookups: hit:${hit} missed:${missed} lost:${lost}\n`);
  call.say(`  flows: ${flows}\n`);
  for (const port of datapath.ports()) {
    call.say(`  port ${port.number}: ${port.name} (${port.type ?? 'system'})\n`);
    if (call.options.wantsStats) call.say(formatPortStats(port));
  }
}

/** What a kind of port does not count is a question mark: ports in memory lose nothing. */
function formatPortStats({ stats, type }: Port): string {
  const isInMemory = type?.startsWith('dummy') ?? false;
  const rxDropped = isInMemory ? '?' : stats.rxDropped;
  const txDropped = isInMemory ? '?' : stats.txDropped;
  return [
    `    RX packets:${stats.rxPackets} errors:? dropped:${rxDropped} overruns:? frame:?\n`,
    `    TX packets:${stats.txPackets} errors:? dropped:${txDropped} aborted:? carrier:?\n`,
    '    collisions:?\n',
    `    RX bytes:${formatSize(stats.rxBytes)}  TX bytes:${formatSize(stats.txBytes)}\n`,
  ].join('');
}

const SIZE_UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** `8454 (8.3 KiB)`; small ones alone. Answers to `print_human_size()`. */
function formatSize(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(1, bytes)) / 10), SIZE_UNITS.length - 1);
  if (power === 0) return String(bytes);
  return `${bytes} (${(bytes / 1024 ** power).toFixed(1)} ${SIZE_UNITS[power]}B)`;
}
