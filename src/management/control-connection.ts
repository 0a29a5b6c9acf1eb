/**
 * One client of the control socket: its requests, answered one after the other.
 *
 * While a command runs (`revalidator/wait` may take half a second) or an answer waits to be taken,
 * nothing more is read, so a client cannot make the switch grow. What is no request ends this
 * connection, with a warning, and no other. Answers to `run_connection()` of OVS's `lib/unixctl.c`.
 *
 * Owner: the socket and the requests that wait for their turn.
 */

import type { Socket } from 'node:net';
import type { Coverage } from '../base/coverage.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { CommandError } from './command.js';
import { type CommandTable, endLine, type OutputFormat } from './command-table.js';
import { type ControlRequest, formatError, formatResult, parseRequest } from './control-request.js';
import { JsonSplitter } from './json-splitter.js';

export interface ControlConnectionOptions {
  readonly commands: CommandTable;
  readonly log: Log;
  readonly coverage: Coverage;
  /** How the log calls this client. */
  readonly name: string;
}

export class ControlConnection {
  readonly #socket: Socket;
  readonly #options: ControlConnectionOptions;
  readonly #splitter = new JsonSplitter();
  readonly #waiting: string[] = [];
  #format: OutputFormat = 'text';
  #isAnswering = false;
  #hasEnded = false;

  constructor(socket: Socket, options: ControlConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('end', () => this.#end());
    socket.on('error', () => socket.destroy());
  }

  close(): void {
    this.#socket.destroy();
  }

  #receive(text: string): void {
    try {
      this.#waiting.push(...this.#splitter.push(text));
    } catch (error) {
      this.#refuse(error);
      return;
    }
    if (!this.#isAnswering) void this.#answerAll();
  }

  /** The client has said all; what it asked for is still answered. */
  #end(): void {
    this.#hasEnded = true;
    if (!this.#isAnswering) this.#socket.end();
  }

  async #answerAll(): Promise<void> {
    this.#isAnswering = true;
    this.#socket.pause();
    for (let text = this.#waiting.shift(); text !== undefined; text = this.#waiting.shift()) {
      if (!(await this.#answer(text))) return;
    }
    this.#isAnswering = false;
    if (this.#hasEnded) this.#socket.end();
    else this.#socket.resume();
  }

  /** Whether the connection lives on. */
  async #answer(text: string): Promise<boolean> {
    let request: ControlRequest;
    try {
      request = parseRequest(text);
    } catch (error) {
      this.#refuse(error);
      return false;
    }
    const { coverage } = this.#options;
    coverage.inc('unixctl_received');
    const reply = await this.#run(request);
    coverage.inc('unixctl_replied');
    await this.#send(reply);
    return !this.#socket.destroyed;
  }

  async #run({ id, method, params }: ControlRequest): Promise<string> {
    const { commands, log, name } = this.#options;
    try {
      const args = params.map((param) => readArgument(method, param));
      if (method === 'set-options') return formatResult(id, this.#setOptions(args));
      return formatResult(id, await commands.run(method, args, this.#format));
    } catch (error) {
      if (!(error instanceof UpcallError)) {
        log.error({ err: error, client: name, command: method }, 'operator command failed');
      }
      return formatError(id, endLine(error instanceof Error ? error.message : String(error)));
    }
  }

  /** What `ovs-appctl --format json` of newer versions says before its command. */
  #setOptions(args: readonly string[]): string {
    const [option, value, ...rest] = args;
    if (option !== '--format' || rest.length > 0 || (value !== 'json' && value !== 'text')) {
      throw new CommandError('"set-options" command takes --format json or --format text');
    }
    this.#format = value;
    return '';
  }

  /** Resolves when the client has taken the answer, or is gone. */
  #send(reply: string): Promise<void> {
    const socket = this.#socket;
    if (socket.destroyed || socket.write(reply)) return Promise.resolve();
    return new Promise((resolve) => {
      const settle = (): void => {
        socket.off('drain', settle);
        socket.off('close', settle);
        resolve();
      };
      socket.on('drain', settle);
      socket.on('close', settle);
    });
  }

  #refuse(error: unknown): void {
    const { log, name } = this.#options;
    log.warn({ err: error, client: name }, 'control connection closed: no request was understood');
    this.#socket.destroy();
  }
}

function readArgument(method: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new CommandError(`"${method}" command has non-string argument`);
}
