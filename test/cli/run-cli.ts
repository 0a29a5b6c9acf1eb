/**
 * Runs the command line in this process, with buffers for outputs.
 */

import { main } from '../../src/cli/main.js';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class TextOutput {
  readonly #parts: string[] = [];
  readonly isTTY: boolean;
  readonly #heard: (text: string) => void;

  /** `heard` is told of each text. */
  constructor(isTTY: boolean, heard: (text: string) => void = () => {}) {
    this.isTTY = isTTY;
    this.#heard = heard;
  }

  write(written: string | Uint8Array): boolean {
    const text = typeof written === 'string' ? written : Buffer.from(written).toString();
    this.#parts.push(text);
    this.#heard(text);
    return true;
  }

  get text(): string {
    return this.#parts.join('');
  }
}

export async function runCli(
  argv: readonly string[],
  options: { readonly isTTY?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<CliResult> {
  const stdout = new TextOutput(false);
  const stderr = new TextOutput(options.isTTY ?? false);
  const status = await main(argv, { stdout, stderr, env: options.env ?? {} });
  return { status, stdout: stdout.text, stderr: stderr.text };
}
