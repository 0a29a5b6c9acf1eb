/**
 * One upcall as a sequence of messages: port, datapath, handler, translator, and back.
 */

import type { RuleNumber } from './log-entry.js';
import { type Moment, portName, ruleUses } from './moment.js';
import { countedText } from './quantity-text.js';
import { findUpcall, isDrop, traceUpcall, type UpcallTrace, upcallRow } from './upcall-trace.js';
import type { SequenceMessage, UpcallView } from './view-data.js';

/** Of an upcall that the log does not have, nothing. */
export function upcallView(moment: Moment, number: number): UpcallView {
  const upcall = findUpcall(moment, number);
  if (upcall === undefined) return { row: undefined, messages: [], rules: [] };
  const trace = traceUpcall(moment, upcall);
  return {
    row: upcallRow(moment, trace),
    messages: [
      ...arrival(moment, trace),
      ...translation(trace),
      ...operation(trace),
      ...departure(trace),
    ],
    rules: ruleUses(moment, rulesOf(trace)),
  };
}

function arrival(moment: Moment, { upcall }: UpcallTrace): SequenceMessage[] {
  const { port, size, handler, queuedAt, t } = upcall;
  const waitedUs = queuedAt === undefined ? undefined : (t - queuedAt) * 1_000;
  return [
    message('port', 'datapath', `${countedText(size, 'byte')} on ${portName(moment, port)}`),
    {
      ...message('datapath', 'handler', `${upcall.class}, in the queue of handler ${handler}`),
      us: waitedUs,
    },
  ];
}

function translation({ upcall, xlate }: UpcallTrace): SequenceMessage[] {
  if (xlate === undefined) return [];
  const slow = xlate.slow.length === 0 ? '' : `, slow for ${xlate.slow.join(', ')}`;
  const answer =
    xlate.error === undefined ? `actions: ${actionsText(xlate.actions)}${slow}` : xlate.error;
  return [
    message('handler', 'translator', `what should happen to ${upcall.key}?`),
    { ...message('translator', 'handler', answer), us: xlate.us, steps: xlate.steps },
  ];
}

function operation({ xlate, put, batch }: UpcallTrace): SequenceMessage[] {
  const messages: SequenceMessage[] = [];
  if (put !== undefined) {
    const failure = put.error === undefined ? '' : `, which failed: ${put.error}`;
    const text = `put flow ${put.flow}: ${put.key}, actions: ${actionsText(put.actions)}${failure}`;
    messages.push(message('handler', 'datapath', text));
  }
  if (batch === undefined) return messages;
  if (!isDrop(xlate?.actions)) messages.push(message('handler', 'datapath', 'execute the packet'));
  const { upcalls, operations, us } = batch;
  const read = countedText(upcalls.length, 'upcall');
  const size = `${countedText(operations, 'operation')} for ${read}`;
  messages.push({ ...message('datapath', 'handler', `batch done: ${size}`), us: us[2] });
  return messages;
}

function departure({ xlate, batch }: UpcallTrace): SequenceMessage[] {
  if (batch === undefined || isDrop(xlate?.actions)) return [];
  return [message('datapath', 'port', `out, as the actions say: ${xlate?.actions}`)];
}

function rulesOf({ xlate, put }: UpcallTrace): RuleNumber[] {
  const matched = (xlate?.steps ?? []).flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  return [...matched, ...(put?.rules ?? [])];
}

function actionsText(actions: string): string {
  return actions === '' ? 'drop' : actions;
}

function message(
  from: SequenceMessage['from'],
  to: SequenceMessage['to'],
  text: string,
): SequenceMessage {
  return { from, to, text, us: undefined, steps: [] };
}
