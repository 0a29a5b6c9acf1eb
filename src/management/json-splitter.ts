/**
 * Cuts a stream of JSON values that follow one another without anything between them.
 *
 * That is how JSON-RPC 1.0 is spoken on a stream. Text may come in any pieces; each character is
 * looked at once. Only objects are expected; anything else that begins is a mistake, as is a value
 * that is longer or deeper than anybody needs. Answers to the `json_parser` of OVS's `lib/json.c`.
 *
 * Owner: the piece that is not complete yet.
 */

import { UpcallError } from '../base/errors.js';

/** Characters of one value: a command with as many words as a command line can hold. */
export const JSON_LENGTH_MAX = 4 * 1024 * 1024;
/** Values within values; `JSON_MAX_HEIGHT`. */
export const JSON_DEPTH_MAX = 1000;

export class JsonSplitter {
  #pending = '';
  /** How far `#pending` has been looked at. */
  #at = 0;
  #depth = 0;
  #isInString = false;
  #isEscaped = false;

  /** The values that `text` completes, as text. Throws an `UpcallError` for what is no stream. */
  push(text: string): string[] {
    this.#pending += text;
    const values: string[] = [];
    for (; this.#at < this.#pending.length; this.#at++) {
      if (!this.#step(this.#pending.charCodeAt(this.#at))) continue;
      values.push(this.#pending.slice(0, this.#at + 1));
      this.#pending = this.#pending.slice(this.#at + 1);
      this.#at = -1;
    }
    if (this.#pending.length > JSON_LENGTH_MAX) {
      throw new UpcallError(`Cannot read JSON: a value has over ${JSON_LENGTH_MAX} characters`);
    }
    return values;
  }

  /** Takes one character; whether it completes a value. */
  #step(code: number): boolean {
    if (this.#isInString) {
      this.#stepString(code);
      return false;
    }
    if (this.#depth === 0 && !isSpace(code) && code !== OPEN_BRACE) {
      throw new UpcallError('Cannot read JSON: expected an object');
    }
    if (code === QUOTE) this.#isInString = true;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) this.#descend();
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) return --this.#depth === 0;
    return false;
  }

  #stepString(code: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (code === BACKSLASH) this.#isEscaped = true;
    else if (code === QUOTE) this.#isInString = false;
  }

  #descend(): void {
    if (++this.#depth <= JSON_DEPTH_MAX) return;
    throw new UpcallError(`Cannot read JSON: it is more than ${JSON_DEPTH_MAX} deep`);
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}
