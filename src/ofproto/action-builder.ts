/**
 * Where a translation writes its datapath actions: as integers first, as a shared list at the end.
 *
 * Most flows of a switch have one of a few lists of actions. A translation writes its actions as
 * 32-bit words into scratch; `finish` looks the words up, and only a list never seen before becomes
 * objects. So translating again costs no memory, and unchanged actions are the very same list.
 * `size` counts what the list would measure in netlink, where OVS has its limits.
 *
 * Owner: the translator has one; the table of lists is bounded, and starts over when it is full.
 * Hot path. Bench: `bench/translate.ts`.
 */

import { type OdpPort, odpPort } from '../base/brands.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import type { UserspaceCookie } from '../datapath/cookie.js';
import { NO_ACTIONS, type OdpAction, type OdpActions } from '../datapath/odp-actions.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { SETTABLES, type Settable } from './settable.js';

/** Distinct lists that are shared; a memory bound. Beyond it the table is emptied and refills. */
const LISTS_MAX = 65_536;
/** Words that fit before the scratch grows: about 250 actions. */
const CODE_LENGTH_INITIAL = 512;

const Op = {
  OUTPUT: 1,
  USERSPACE: 2,
  PUSH_VLAN: 3,
  POP_VLAN: 4,
  PUSH_MPLS: 5,
  POP_MPLS: 6,
  SET: 7,
  METER: 40,
} as const;

/** Netlink sizes, headers and padding included. */
const OUTPUT_SIZE = 8;
const USERSPACE_SIZE = 64;
const PUSH_VLAN_SIZE = 8;
const POP_VLAN_SIZE = 4;
const PUSH_MPLS_SIZE = 12;
const POP_MPLS_SIZE = 8;
const METER_SIZE = 8;
const SET_HEADERS_SIZE = 8;

/** What makes up a cookie, as words: equal cookies have equal words. */
export type CookieWords = readonly number[];

interface SharedList {
  readonly code: Uint32Array;
  readonly actions: OdpActions;
}

export class ActionBuilder {
  readonly #lists = new Map<number, SharedList[]>();
  #listsCount = 0;
  #code = new Uint32Array(CODE_LENGTH_INITIAL);
  #length = 0;
  /** Those of the `userspace` actions so far, in order. */
  readonly #cookies: UserspaceCookie[] = [];
  #size = 0;
  #outputsCount = 0;

  /** Bytes that the actions so far would take in netlink. */
  get size(): number {
    return this.#size;
  }

  get outputsCount(): number {
    return this.#outputsCount;
  }

  /** Forgets all actions so far. */
  reset(): void {
    this.#length = 0;
    this.#size = 0;
    this.#outputsCount = 0;
    this.#cookies.length = 0;
  }

  output(port: OdpPort): void {
    this.#outputsCount++;
    this.#begin(Op.OUTPUT, OUTPUT_SIZE, 1);
    this.#word(port);
  }

  pushVlan(tpid: number, tci: number): void {
    this.#begin(Op.PUSH_VLAN, PUSH_VLAN_SIZE, 2);
    this.#word(tpid);
    this.#word(tci);
  }

  popVlan(): void {
    this.#begin(Op.POP_VLAN, POP_VLAN_SIZE, 0);
  }

  pushMpls(ethType: number, lse: number): void {
    this.#begin(Op.PUSH_MPLS, PUSH_MPLS_SIZE, 2);
    this.#word(ethType);
    this.#word(lse);
  }

  popMpls(ethType: number): void {
    this.#begin(Op.POP_MPLS, POP_MPLS_SIZE, 1);
    this.#word(ethType);
  }

  meter(number: number): void {
    this.#begin(Op.METER, METER_SIZE, 1);
    this.#word(number);
  }

  /** Writes those bits of the attribute that are in `mask`. */
  set(settable: Settable, value: Flow, mask: FlowMask): void {
    const { id, words, size } = settable;
    this.#begin(Op.SET, SET_HEADERS_SIZE + 2 * size, 1 + 2 * words.length);
    this.#word(id);
    for (let i = 0; i < words.length; i++) {
      const bits = mask[words[i]!]!;
      this.#word(value[words[i]!]! & bits);
      this.#word(bits);
    }
  }

  /** Sends the packet up with `cookie`, which `words` tells from all others. */
  userspace(pid: number, cookie: UserspaceCookie, words: CookieWords): void {
    this.#begin(Op.USERSPACE, USERSPACE_SIZE, 2 + words.length);
    this.#cookies.push(cookie);
    this.#word(pid);
    this.#word(words.length);
    for (let i = 0; i < words.length; i++) this.#word(words[i]!);
  }

  /** The actions so far, as a list that all translations share which wrote the same. */
  finish(): OdpActions {
    if (this.#length === 0) return NO_ACTIONS;
    let hash = 0;
    for (let i = 0; i < this.#length; i++) hash = hashAdd(hash, this.#code[i]!);
    hash = hashFinish(hash, this.#length);
    const bucket = this.#lists.get(hash);
    if (bucket !== undefined) {
      for (let i = 0; i < bucket.length; i++) {
        if (this.#isWritten(bucket[i]!.code)) return bucket[i]!.actions;
      }
    }
    return this.#share(hash);
  }

  #begin(op: number, size: number, wordsCount: number): void {
    this.#size += size;
    if (this.#length + wordsCount >= this.#code.length) this.#grow(wordsCount);
    this.#code[this.#length++] = op;
  }

  #word(word: number): void {
    this.#code[this.#length++] = word;
  }

  #grow(wordsCount: number): void {
    const larger = new Uint32Array(2 * this.#code.length + wordsCount);
    larger.set(this.#code);
    this.#code = larger;
  }

  #isWritten(code: Uint32Array): boolean {
    if (code.length !== this.#length) return false;
    for (let i = 0; i < code.length; i++) if (code[i] !== this.#code[i]) return false;
    return true;
  }

  #share(hash: number): OdpActions {
    const code = this.#code.slice(0, this.#length);
    const actions = decode(code, this.#cookies);
    if (this.#listsCount >= LISTS_MAX) {
      this.#lists.clear();
      this.#listsCount = 0;
    }
    this.#listsCount++;
    const bucket = this.#lists.get(hash);
    if (bucket === undefined) this.#lists.set(hash, [{ code, actions }]);
    else bucket.push({ code, actions });
    return actions;
  }
}

/** Objects from words. */
function decode(code: Uint32Array, cookies: readonly UserspaceCookie[]): OdpActions {
  const actions: OdpAction[] = [];
  let cookieIndex = 0;
  for (let at = 0; at < code.length; ) {
    const op = code[at]!;
    if (op === Op.USERSPACE) {
      actions.push({ type: 'userspace', pid: code[at + 1]!, cookie: cookies[cookieIndex++]! });
      at += 3 + code[at + 2]!;
    } else if (op === Op.SET) {
      const settable = SETTABLES[code[at + 1]!]!;
      actions.push(decodeSet(settable, code, at + 2));
      at += 2 + 2 * settable.words.length;
    } else {
      actions.push(decodeSimple(op, code[at + 1]!, code[at + 2]!));
      at += SIMPLE_LENGTHS[op]!;
    }
  }
  return actions;
}

/** Words that each of the actions without parts of their own takes. */
const SIMPLE_LENGTHS: Record<number, number> = {
  [Op.OUTPUT]: 2,
  [Op.PUSH_VLAN]: 3,
  [Op.POP_VLAN]: 1,
  [Op.PUSH_MPLS]: 3,
  [Op.POP_MPLS]: 2,
  [Op.METER]: 2,
};

function decodeSimple(op: number, first: number, second: number): OdpAction {
  switch (op) {
    case Op.OUTPUT:
      return { type: 'output', port: odpPort(first) };
    case Op.PUSH_VLAN:
      return { type: 'push_vlan', tpid: first, tci: second };
    case Op.POP_VLAN:
      return { type: 'pop_vlan' };
    case Op.PUSH_MPLS:
      return { type: 'push_mpls', ethType: first, lse: second };
    case Op.METER:
      return { type: 'meter', meter: first };
    default:
      return { type: 'pop_mpls', ethType: first };
  }
}

function decodeSet(settable: Settable, code: Uint32Array, start: number): OdpAction {
  const { attribute, words } = settable;
  const value = new Uint32Array(words.length);
  const mask = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) {
    value[i] = code[start + 2 * i]!;
    mask[i] = code[start + 2 * i + 1]!;
  }
  return { type: 'set', attribute, value, mask };
}
