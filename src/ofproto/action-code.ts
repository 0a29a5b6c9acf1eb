/**
 * The code that a translation writes datapath actions in, and the objects that it stands for.
 *
 * Each action is a number of `Op` and as many words as it needs; lists inside of an action end with
 * `END`. `ActionBuilder` writes it; it is read once for each list that was never seen before.
 *
 * Hot path. Bench: `bench/translate.ts`.
 */

import { odpPort } from '../base/brands.js';
import type { UserspaceCookie } from '../datapath/cookie.js';
import {
  type HashAlgorithm,
  type OdpAction,
  type OdpActions,
  SET_WORDS,
} from '../datapath/odp-actions.js';
import { SETTABLES } from './settable.js';

/** The number of `sym_l4`; `l4` is 0. */
export const HASH_SYM_L4 = 1;

export const Op = {
  OUTPUT: 1,
  USERSPACE: 2,
  PUSH_VLAN: 3,
  POP_VLAN: 4,
  PUSH_MPLS: 5,
  POP_MPLS: 6,
  SET: 7,
  TRUNC: 8,
  CLONE: 9,
  SAMPLE: 10,
  CHECK_PKT_LEN: 11,
  LESS_EQUAL: 12,
  END: 13,
  PUSH_ETH: 14,
  POP_ETH: 15,
  PUSH_NSH: 16,
  POP_NSH: 17,
  METER: 18,
  HASH: 19,
  RECIRC: 20,
} as const;

/** The actions that `code` says; `cookies` are those of its `userspace` actions, in order. */
export function decodeActions(code: Uint32Array, cookies: readonly UserspaceCookie[]): OdpActions {
  return new Decoder(code, cookies).list();
}

/** Answers to `enum ovs_hash_alg`. */
function algorithmOf(number: number): HashAlgorithm {
  return number === HASH_SYM_L4 ? 'sym_l4' : 'l4';
}

/** Makes objects from words, from the first on. */
class Decoder {
  readonly #code: Uint32Array;
  readonly #cookies: readonly UserspaceCookie[];
  #at = 0;
  #cookieIndex = 0;

  constructor(code: Uint32Array, cookies: readonly UserspaceCookie[]) {
    this.#code = code;
    this.#cookies = cookies;
  }

  /** Actions up to the end of their list. */
  list(): OdpAction[] {
    const actions: OdpAction[] = [];
    while (this.#at < this.#code.length) {
      const op = this.#word();
      if (op === Op.END || op === Op.LESS_EQUAL) break;
      actions.push(this.#action(op));
    }
    return actions;
  }

  #action(op: number): OdpAction {
    switch (op) {
      case Op.OUTPUT:
        return { type: 'output', port: odpPort(this.#word()) };
      case Op.USERSPACE:
        return this.#userspace();
      case Op.SET:
        return this.#set();
      case Op.PUSH_VLAN:
        return { type: 'push_vlan', tpid: this.#word(), tci: this.#word() };
      case Op.POP_VLAN:
        return { type: 'pop_vlan' };
      case Op.PUSH_MPLS:
        return { type: 'push_mpls', ethType: this.#word(), lse: this.#word() };
      case Op.POP_MPLS:
        return { type: 'pop_mpls', ethType: this.#word() };
      case Op.METER:
        return { type: 'meter', meter: this.#word() };
      case Op.TRUNC:
        return { type: 'trunc', size: this.#word() };
      default:
        return this.#nested(op);
    }
  }

  #nested(op: number): OdpAction {
    switch (op) {
      case Op.CLONE:
        return { type: 'clone', actions: this.list() };
      case Op.SAMPLE:
        return { type: 'sample', probability: this.#word(), actions: this.list() };
      case Op.CHECK_PKT_LEN: {
        const size = this.#word();
        const ifGreater = this.list();
        return { type: 'check_pkt_len', size, ifGreater, ifLessEqual: this.list() };
      }
      case Op.PUSH_ETH:
        return { type: 'push_eth', addresses: this.#words(SET_WORDS.eth.length) };
      case Op.PUSH_NSH:
        return this.#pushNsh();
      case Op.HASH:
        return { type: 'hash', algorithm: algorithmOf(this.#word()), basis: this.#word() };
      case Op.RECIRC:
        return { type: 'recirc', id: this.#word() };
      default:
        return { type: op === Op.POP_ETH ? 'pop_eth' : 'pop_nsh' };
    }
  }

  #userspace(): OdpAction {
    const pid = this.#word();
    const cookieLength = this.#word();
    this.#at += cookieLength;
    return { type: 'userspace', pid, cookie: this.#cookies[this.#cookieIndex++]! };
  }

  #set(): OdpAction {
    const { attribute, words } = SETTABLES[this.#word()]!;
    const value = new Uint32Array(words.length);
    const mask = new Uint32Array(words.length);
    for (let i = 0; i < words.length; i++) {
      value[i] = this.#word();
      mask[i] = this.#word();
    }
    return { type: 'set', attribute, value, mask };
  }

  #pushNsh(): OdpAction {
    const header = this.#words(SET_WORDS.nsh.length);
    const metadata = new Uint8Array(4 * this.#word());
    const view = new DataView(metadata.buffer);
    for (let i = 0; i < metadata.length; i += 4) view.setUint32(i, this.#word());
    return { type: 'push_nsh', header, metadata };
  }

  #words(count: number): Uint32Array {
    const start = this.#at;
    this.#at += count;
    return this.#code.slice(start, this.#at);
  }

  #word(): number {
    return this.#code[this.#at++]!;
  }
}
