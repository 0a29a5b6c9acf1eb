/**
 * Reads values out of JSON that somebody else has written: what is not as it should be is said in a
 * sentence, and nothing is cast.
 *
 * For messages and queries from the page, which are small; they are looked at field by field.
 */

import { UpcallError } from '../base/errors.js';

/** What came is not what was expected. */
export class BadRequestError extends UpcallError {
  override name = 'BadRequestError';
}

export class JsonReader {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #object: string;

  /** `object` is what messages call it: "message". Throws a `BadRequestError`, as all of this. */
  constructor(value: unknown, object: string) {
    if (!isRecord(value)) throw new BadRequestError(`Cannot read ${object}: it is no JSON object`);
    this.#fields = value;
    this.#object = object;
  }

  /** A text of at most `lengthMax` characters. */
  text(name: string, lengthMax: number): string {
    const value = this.#own(name);
    if (typeof value === 'string' && value.length <= lengthMax) return value;
    return this.#refuse(name, `a text of at most ${lengthMax} characters`);
  }

  optionalText(name: string, lengthMax: number): string | undefined {
    return this.#own(name) === undefined ? undefined : this.text(name, lengthMax);
  }

  /** A whole number from 0 to `max`. */
  count(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.#own(name);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= max) {
      return value;
    }
    return this.#refuse(name, `a whole number from 0 to ${max}`);
  }

  optionalCount(name: string): number | undefined {
    const value = this.#own(name);
    return value === undefined || value === null ? undefined : this.count(name);
  }

  /** A number from 0 to `max`, with or without a fraction. */
  amount(name: string, max: number): number {
    const value = this.#own(name);
    if (typeof value === 'number' && value >= 0 && value <= max) return value;
    return this.#refuse(name, `a number from 0 to ${max}`);
  }

  /** True or false; false where it is left out. */
  flag(name: string): boolean {
    const value = this.#own(name);
    if (value === undefined) return false;
    return typeof value === 'boolean' ? value : this.#refuse(name, 'true or false');
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.#own(name);
    const found = choices.find((choice) => choice === value);
    return found ?? this.#refuse(name, `one of ${choices.join(', ')}`);
  }

  /** A field that is read by somebody else. */
  raw(name: string): unknown {
    return this.#own(name);
  }

  /** Never what an object inherits: "constructor", say. */
  #own(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  #refuse(name: string, expected: string): never {
    throw new BadRequestError(`Cannot read ${this.#object}: "${name}" must be ${expected}`);
  }
}

/** What `text` says as JSON. Throws a `BadRequestError`. */
export function parseJson(text: string, object: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new BadRequestError(`Cannot read ${object}: it is no JSON`, { cause });
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
