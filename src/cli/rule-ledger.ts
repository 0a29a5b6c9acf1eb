/**
 * Which megaflows a run made, and of which rules each comes.
 *
 * It hears of each translation and each put. A megaflow that was deleted and came back is one; its
 * packets are those of all its lives, the packet that made it included.
 *
 * Owner: the entries.
 */

import type { Udpif } from '../actors/udpif.js';
import type { DeleteRecord, ModifyRecord, PutRecord, UdpifRecord } from '../actors/udpif-event.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import type { RuleRef } from '../datapath/translator.js';
import { type Flow, maskFlow } from '../packet/flow.js';
import { VLAN0, VLAN1 } from '../packet/flow-layout.js';
import { exactBitsOf } from '../switch-megaflows.js';

export interface LedgerEntry {
  /** As `dpctl/dump-flows` prints it. */
  readonly key: string;
  /** The last that it had. */
  actions: string;
  packets: number;
  /** Bits that a packet must agree on. */
  readonly exactBits: number;
  /** Those that the packet met which made it, in order. */
  rules: readonly RuleRef[];
}

export class RuleLedger {
  readonly #entries = new Map<string, LedgerEntry>();
  readonly #live = new Map<FlowKey, LedgerEntry>();
  /** The rules of each upcall that is being answered. */
  readonly #rules = new Map<number, readonly RuleRef[]>();
  /** Upcalls of the last batch. */
  #answered: readonly number[] = [];
  #upcalls = 0;

  constructor(udpif: Udpif) {
    udpif.observe({ verdicts: 'none', traces: true }).subscribe((event) => this.#note(event));
  }

  /** In the order in which they were made. */
  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  /** Packets that came up. */
  get upcalls(): number {
    return this.#upcalls;
  }

  #note(event: UdpifRecord): void {
    switch (event.type) {
      case 'xlate':
        for (const upcall of event.upcalls) this.#rules.set(upcall, event.rules);
        break;
      case 'put':
        this.#notePut(event);
        break;
      case 'modify':
        this.#noteModification(event);
        break;
      case 'delete':
        this.#noteDeletion(event);
        break;
      case 'batch':
        this.#upcalls += event.upcalls;
        this.#forget(event.numbers);
        break;
      default:
        break;
    }
  }

  /** A batch's puts come behind it: what is over is the batch before. */
  #forget(numbers: readonly number[]): void {
    for (const number of this.#answered) this.#rules.delete(number);
    this.#answered = numbers;
  }

  #notePut({ key, mask, actions, upcall, error }: PutRecord): void {
    if (error !== undefined) return;
    const flow = key.toFlow();
    // Two packets that make the same megaflow differ in what it does not look at.
    if (mask !== undefined) maskKey(flow, mask);
    const text = formatOdpFlow(flow, mask);
    const rules = this.#rules.get(upcall) ?? [];
    let entry = this.#entries.get(text);
    if (entry === undefined) {
      const exactBits = exactBitsOf(mask);
      entry = { key: text, actions: '', packets: 0, exactBits, rules };
      this.#entries.set(text, entry);
    }
    entry.actions = formatOdpActions(actions);
    entry.rules = rules;
    // The packet that came up is not counted by the flow.
    entry.packets++;
    this.#live.set(key, entry);
  }

  #noteModification({ key, actions, rules, error }: ModifyRecord): void {
    const entry = this.#live.get(key);
    if (entry === undefined || error !== undefined) return;
    entry.actions = formatOdpActions(actions);
    entry.rules = rules;
  }

  #noteDeletion({ key, stats }: DeleteRecord): void {
    const entry = this.#live.get(key);
    if (entry === undefined) return;
    this.#live.delete(key);
    entry.packets += stats?.packets ?? 0;
  }
}

/** What a megaflow matches. The type of a tag is in no mask, and yet belongs to the text. */
function maskKey(flow: Flow, mask: Mask): void {
  const tags = [VLAN0, VLAN1].map((word) => [word, flow[word] ?? 0] as const);
  maskFlow(flow, mask.words);
  for (const [word, tag] of tags) {
    const tci = flow[word] ?? 0;
    if ((tci & 0xffff) !== 0) flow[word] = ((tag & 0xffff_0000) | tci) >>> 0;
  }
}
