/**
 * All commands of a switch, by name: finds one, counts its words, runs it.
 *
 * `list-commands` is among them, for the table itself answers it. The sentences for what cannot be
 * run are Open vSwitch's, for scripts look for them. Answers to `process_command()` of OVS's
 * `lib/unixctl.c`.
 *
 * Owner: the commands, which are added before the first is run.
 */

import { assert } from '../base/errors.js';
import { type Command, CommandError } from './command.js';
import type { JsonValue } from './json-value.js';

export type OutputFormat = 'text' | 'json';

/** The width that `list-commands` gives to names. */
const NAME_WIDTH = 23;

export class CommandTable {
  readonly #commands = new Map<string, Command>();

  constructor() {
    this.add([
      {
        name: 'list-commands',
        usage: '',
        argsMin: 0,
        argsMax: 0,
        run: () => this.#listText(),
        json: () => this.#listJson(),
      },
    ]);
  }

  add(commands: readonly Command[]): void {
    for (const command of commands) {
      assert(!this.#commands.has(command.name), 'a command is added once');
      this.#commands.set(command.name, command);
    }
  }

  /** In order of their names. */
  list(): readonly Command[] {
    return [...this.#commands.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Runs a command; rejects with an `UpcallError` whose message is the answer. */
  async run(name: string, args: readonly string[], format: OutputFormat): Promise<JsonValue> {
    const command = this.#find(name, args);
    if (format === 'text') return endLine(await command.run(args));
    if (command.json !== undefined) return await command.json(args);
    return { 'reply-format': 'plain', reply: endLine(await command.run(args)) };
  }

  #find(name: string, args: readonly string[]): Command {
    const command = this.#commands.get(name);
    if (command === undefined) {
      const hint = 'use "list-commands" to see a list of valid commands';
      throw new CommandError(`"${name}" is not a valid command (${hint})`);
    }
    if (args.length < command.argsMin) {
      const count = command.argsMin;
      throw new CommandError(`"${name}" command requires at least ${count} arguments`);
    }
    if (args.length > command.argsMax) {
      throw new CommandError(`"${name}" command takes at most ${command.argsMax} arguments`);
    }
    return command;
  }

  #listText(): string {
    const lines = this.#listed().map(([name, usage]) => `  ${name.padEnd(NAME_WIDTH)} ${usage}\n`);
    return `The available commands are:\n${lines.join('')}`;
  }

  #listJson(): JsonValue {
    return Object.fromEntries(this.#listed());
  }

  #listed(): (readonly [string, string])[] {
    return this.list().flatMap(({ name, usage }) =>
      usage === undefined ? [] : [[name, usage] as const],
    );
  }
}

/** `text` with a newline at its end, unless it says nothing. */
export function endLine(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
