/**
 * The life of one megaflow, as the log tells it: upcall, translation, put, what each dump saw, and
 * its end; each as a sentence.
 */

import { deleteReasons } from '../machines/delete-reasons.js';
import type { EntryOf } from './chunk-index.js';
import type { FlowNumber, LogEntry } from './log-entry.js';
import { type Moment, portName } from './moment.js';
import { countedText, countText } from './quantity-text.js';
import { findUpcall, traceUpcall } from './upcall-trace.js';
import type { LifeEvent } from './view-data.js';

/** All entries that tell of the flow up to the moment, in order. */
export function entriesOfLife(moment: Moment, flow: FlowNumber): LogEntry[] {
  const { store, model } = moment;
  const own = store
    .indexes(store.first, model.n)
    .flatMap((index) => index.ofFlow(flow))
    .filter(({ n }) => n <= model.n);
  const put = own.find((entry) => entry.k === 'put');
  const birth = put?.upcall === undefined ? [] : entriesOfBirth(moment, put.upcall);
  return [...birth, ...own, ...verdictsOf(moment, flow, own)].sort((a, b) => a.n - b.n);
}

/** What phases saw of it, looked for only while it lived: verdicts name fifty flows each. */
function verdictsOf(
  { store, model }: Moment,
  flow: FlowNumber,
  own: readonly LogEntry[],
): LogEntry[] {
  const first = own[0]?.n ?? store.first;
  const place = model.flows.find(flow);
  const isEnded = place !== undefined && (place.page.endedAt[place.slot] ?? 0) > 0;
  const last = isEnded ? (own.at(-1)?.n ?? model.n) : model.n;
  return store
    .indexes(first, last)
    .flatMap((index) => index.ofKind('verdicts'))
    .filter(({ n, flows }) => n >= first && n <= last && flows.includes(flow));
}

/** The upcall that the flow was put for, and its translation. */
function entriesOfBirth(moment: Moment, number: number): LogEntry[] {
  const upcall = findUpcall(moment, number);
  if (upcall === undefined) return [];
  const { xlate } = traceUpcall(moment, upcall);
  return xlate === undefined ? [upcall] : [upcall, xlate];
}

/** Sentences for the entries of a life. */
export function lifeEvents(
  moment: Moment,
  flow: FlowNumber,
  entries: readonly LogEntry[],
): LifeEvent[] {
  const teller = new LifeTeller(moment, flow);
  return entries.flatMap((entry) => {
    const event = teller.tell(entry);
    return event === undefined ? [] : [event];
  });
}

/** Tells one life; what a dump brought anew is said relative to what was known before. */
class LifeTeller {
  readonly #moment: Moment;
  readonly #flow: FlowNumber;
  #packets = 0;

  constructor(moment: Moment, flow: FlowNumber) {
    this.#moment = moment;
    this.#flow = flow;
  }

  tell(entry: LogEntry): LifeEvent | undefined {
    const { n, t } = entry;
    const common = { n, t, upcall: 'upcall' in entry ? entry.upcall : undefined };
    switch (entry.k) {
      case 'upcall':
        return { ...common, kind: 'upcall', text: upcallText(this.#moment, entry) };
      case 'xlate':
        return { ...common, kind: 'xlate', text: xlateText(entry) };
      case 'put':
        return { ...common, kind: 'put', text: putText(entry) };
      case 'verdicts':
        return { ...common, kind: entry.phase, text: this.#verdictText(entry) };
      case 'modify':
        return { ...common, kind: 'modify', text: modifyText(entry) };
      case 'delete':
        return { ...common, kind: 'delete', text: this.#deleteText(entry) };
      case 'ukey': {
        const text = `${entry.from} → ${entry.to} (${entry.event})`;
        return { ...common, kind: 'ukey', text };
      }
      case 'trouble':
        return { ...common, kind: 'trouble', text: `${entry.what}: ${entry.text}` };
      default:
        return undefined;
    }
  }

  #verdictText(entry: EntryOf<'verdicts'>): string {
    const at = entry.flows.indexOf(this.#flow);
    const verdict = entry.verdicts[at] ?? 'keep';
    const news = this.#newsOf(entry.packets[at] ?? 0, 'since the last dump');
    if (verdict === 'keep') return `kept: ${news}`;
    if (verdict === 'modify') return `to be modified, its actions are other ones now: ${news}`;
    return `to be deleted (${verdict}): ${news}`;
  }

  #deleteText({ reason, error, packets }: EntryOf<'delete'>): string {
    const why = `${reason}: ${reasonText(reason)}`;
    if (error !== undefined) return `deletion failed, ${error} (${why})`;
    const news = packets === undefined ? '' : `, ${this.#newsOf(packets, 'in its last counters')}`;
    return `deleted (${why})${news}`;
  }

  #newsOf(packets: number, since: string): string {
    const news = Math.max(0, packets - this.#packets);
    this.#packets = packets;
    return `${news === 0 ? 'no packet' : countedText(news, 'packet')} ${since}`;
  }
}

/** OVS's words for a reason; the reason itself where OVS has none. */
export function reasonText(reason: string): string {
  return Object.hasOwn(deleteReasons, reason)
    ? deleteReasons[reason as keyof typeof deleteReasons].text
    : reason;
}

function upcallText(moment: Moment, upcall: EntryOf<'upcall'>): string {
  const { class: kind, handler, port, size } = upcall;
  const where = `on port ${portName(moment, port)}`;
  return `${kind}: a packet of ${countedText(size, 'byte')} ${where}, read by handler ${handler}`;
}

function xlateText({ us, actions, error, slow }: EntryOf<'xlate'>): string {
  if (error !== undefined) return `translation failed after ${us} µs: ${error}`;
  const slowly = slow.length === 0 ? '' : `; slow for ${slow.join(', ')}`;
  return `translated in ${countText(us)} µs: actions ${actions || 'drop'}${slowly}`;
}

function putText({ upcall, error, actions, maskBits }: EntryOf<'put'>): string {
  if (error !== undefined) return `put failed: ${error}`;
  const bits = countedText(maskBits, 'bit');
  if (upcall === undefined) return `found by a dump, put by somebody else: actions ${actions}`;
  return `put into the datapath: actions ${actions || 'drop'}, ${bits} of the key count`;
}

function modifyText({ actions, error }: EntryOf<'modify'>): string {
  return error === undefined
    ? `modified in place: actions ${actions || 'drop'}`
    : `modification failed: ${error}`;
}
