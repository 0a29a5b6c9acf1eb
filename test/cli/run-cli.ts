/**
 * Runs the command line in this process, with buffers for outputs.
 */

import { main } from '../../src/cli/main.js';

export interface CliResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

class TextOutput {
  readonly #parts: string[] = [];
  readonly isTTY: boolean;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string | Uint8Array): boolean {
    this.#parts.push(typeof text === 'string' ? text : Buffer.from(text).toString());
    return true;
  }

  get text(): string {
    return this.#parts.join('');
  }
}

export async function runCli(
  argv: readonly string[],
  options: { readonly isTTY?: boolean } = {},
): Promise<CliResult> {
  const stdout = new TextOutput(false);
  const stderr = new TextOutput(options.isTTY ?? false);
  const status = await main(argv, { stdout, stderr, env: {} });
  return { status, stdout: stdout.text, stderr: stderr.text };
}
