/**
 * What stands behind a port or a mirror on the command line: `NAME=VALUE`, or `NAME` alone, with
 * commas between; values that are lists have `+` between.
 *
 * The getters turn text into values and say what was expected. Every failure is a `UsageError` that
 * names the option and the whole of its text.
 */

import { UsageError } from './usage-error.js';

const VLAN_MAX = 4095;

export interface SettingListOptions {
  /** The option and its text, for messages. */
  readonly option: string;
  readonly text: string;
  /** What is before the settings are split. */
  readonly words: readonly string[];
  /** What may be set. */
  readonly known: readonly string[];
}

export class SettingList {
  readonly #place: string;
  readonly #values = new Map<string, string | undefined>();

  /** Throws a `UsageError` for a setting that is not known, or is there twice. */
  constructor({ option, text, words, known }: SettingListOptions) {
    this.#place = `Cannot use --${option} "${text}"`;
    for (const word of words) {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      if (!known.includes(name)) {
        throw this.error(`there is no setting "${name}"; there are ${known.join(', ')}`);
      }
      if (this.#values.has(name)) throw this.error(`"${name}" is set twice`);
      this.#values.set(name, value);
    }
  }

  /** What to throw where `state` is so. */
  error(state: string): UsageError {
    return new UsageError(`${this.#place}: ${state}`);
  }

  text(name: string): string | undefined {
    if (!this.#values.has(name)) return undefined;
    const value = this.#values.get(name);
    if (value === undefined || value === '') throw this.error(`expected ${name}=VALUE`);
    return value;
  }

  /** `NAME` alone, or with `true` or `false`. */
  flag(name: string): boolean | undefined {
    if (!this.#values.has(name)) return undefined;
    const value = this.#values.get(name) ?? 'true';
    if (value === 'true' || value === 'false') return value === 'true';
    throw this.error(`expected ${name}, ${name}=true or ${name}=false`);
  }

  /** Names with `+` between. */
  names(name: string): readonly string[] | undefined {
    return this.text(name)?.split('+');
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = choices.find((choice) => choice === text);
    if (found !== undefined) return found;
    throw this.error(`expected ${name} to be ${choices.join(' or ')}`);
  }

  /** A whole number. */
  integer(name: string, { min, max }: { min: number; max: number }): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : this.#number(name, text, min, max);
  }

  vlan(name: string): number | undefined {
    return this.integer(name, { min: 0, max: VLAN_MAX });
  }

  vlans(name: string): readonly number[] | undefined {
    return this.names(name)?.map((text) => this.#number(name, text, 0, VLAN_MAX));
  }

  #number(name: string, text: string, min: number, max: number): number {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    const expected = `expected a whole number from ${min} to ${max}`;
    throw this.error(`"${text}" is no ${name}; ${expected}`);
  }
}
