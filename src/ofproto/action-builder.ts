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

import type { OdpPort } from '../base/brands.js';
import { hashAdd, hashFinish } from '../base/hash.js';
import type { UserspaceCookie } from '../datapath/cookie.js';
import {
  type HashAlgorithm,
  NO_ACTIONS,
  type OdpActions,
  SET_WORDS,
} from '../datapath/odp-actions.js';
import type { Flow, FlowMask } from '../packet/flow.js';
import { decodeActions, HASH_SYM_L4, Op } from './action-code.js';
import type { Settable } from './settable.js';

/** Distinct lists that are shared; a memory bound. Beyond it the table is emptied and refills. */
const LISTS_MAX = 65_536;
/** Words that fit before the scratch grows: about 250 actions. */
const CODE_LENGTH_INITIAL = 512;

/** Netlink sizes, headers and padding included. */
const OUTPUT_SIZE = 8;
const USERSPACE_SIZE = 64;
const PUSH_VLAN_SIZE = 8;
const POP_VLAN_SIZE = 4;
const PUSH_MPLS_SIZE = 12;
const POP_MPLS_SIZE = 8;
const METER_SIZE = 8;
const SET_HEADERS_SIZE = 8;
const TRUNC_SIZE = 8;
const NESTED_SIZE = 4;
const SAMPLE_SIZE = 16;
const CHECK_PKT_LEN_SIZE = 16;
const PUSH_ETH_SIZE = 16;
const PUSH_NSH_SIZE = 36;
const HASH_SIZE = 12;
const RECIRC_SIZE = 8;

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
  /** Where the code of each list began that is not ended yet. */
  readonly #begun: number[] = [];
  /** Where the last `clone` that is in no other list begins and ends. */
  #cloneStart = 0;
  #cloneEnd = 0;
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
    this.#begun.length = 0;
    this.#cloneEnd = 0;
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

  trunc(size: number): void {
    this.#begin(Op.TRUNC, TRUNC_SIZE, 1);
    this.#word(size);
  }

  /** What follows until `endClone` is done with a copy. */
  beginClone(): void {
    this.#begun.push(this.#length);
    this.#begin(Op.CLONE, NESTED_SIZE, 0);
  }

  /** A copy with which nothing is done is not made. */
  endClone(): void {
    const start = this.#begun.pop()!;
    if (this.#length > start + 1) {
      this.#begin(Op.END, 0, 0);
      if (this.#begun.length === 0) {
        this.#cloneStart = start;
        this.#cloneEnd = this.#length;
      }
      return;
    }
    this.#length = start;
    this.#size -= NESTED_SIZE;
  }

  /** What follows until `endSample` is done with a copy of some packets. */
  beginSample(probability: number): void {
    this.#begin(Op.SAMPLE, SAMPLE_SIZE, 1);
    this.#word(probability);
  }

  endSample(): void {
    this.#begin(Op.END, 0, 0);
  }

  /** What follows until `elseCheckPktLen` is done with packets of more than `size` bytes. */
  beginCheckPktLen(size: number): void {
    this.#begin(Op.CHECK_PKT_LEN, CHECK_PKT_LEN_SIZE, 1);
    this.#word(size);
  }

  /** What follows until `endCheckPktLen` is done with the other packets. */
  elseCheckPktLen(): void {
    this.#begin(Op.LESS_EQUAL, NESTED_SIZE, 0);
  }

  endCheckPktLen(): void {
    this.#begin(Op.END, 0, 0);
  }

  /** `addresses` are those of the flow's Ethernet header. */
  pushEth(flow: Flow): void {
    this.#begin(Op.PUSH_ETH, PUSH_ETH_SIZE, SET_WORDS.eth.length);
    for (const word of SET_WORDS.eth) this.#word(flow[word]!);
  }

  popEth(): void {
    this.#begin(Op.POP_ETH, NESTED_SIZE, 0);
  }

  /** `metadata` are whole words. */
  pushNsh(flow: Flow, metadata: Uint8Array): void {
    const count = metadata.length >>> 2;
    this.#begin(Op.PUSH_NSH, PUSH_NSH_SIZE + metadata.length, SET_WORDS.nsh.length + 1 + count);
    for (const word of SET_WORDS.nsh) this.#word(flow[word]!);
    this.#word(count);
    const view = new DataView(metadata.buffer, metadata.byteOffset, metadata.byteLength);
    for (let i = 0; i < count; i++) this.#word(view.getUint32(4 * i));
  }

  popNsh(): void {
    this.#begin(Op.POP_NSH, NESTED_SIZE, 0);
  }

  hash(algorithm: HashAlgorithm, basis: number): void {
    this.#begin(Op.HASH, HASH_SIZE, 2);
    this.#word(algorithm === 'sym_l4' ? HASH_SYM_L4 : 0);
    this.#word(basis);
  }

  recirc(id: number): void {
    this.#begin(Op.RECIRC, RECIRC_SIZE, 1);
    this.#word(id);
  }

  /** The actions so far, as a list that all translations share which wrote the same. */
  finish(): OdpActions {
    if (this.#length === 0) return NO_ACTIONS;
    if (this.#cloneEnd === this.#length) this.#unwrapClone();
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

  /** Behind the last action nobody needs the packet as it was: what a copy would do, it does. */
  #unwrapClone(): void {
    this.#code.copyWithin(this.#cloneStart, this.#cloneStart + 1, this.#length - 1);
    this.#length -= 2;
    this.#cloneEnd = 0;
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
    const actions = decodeActions(code, this.#cookies);
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
