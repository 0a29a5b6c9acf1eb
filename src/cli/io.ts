/**
 * What a command may touch of the process: its two outputs and its environment.
 *
 * `bin/upcall` passes the process itself; tests pass buffers. Nothing else in `src/` reads
 * `process`. A reader that goes away (`upcall … | head`) is no failure of ours.
 */

export interface Output {
  write(text: string | Uint8Array): unknown;
  /** Whether a person is looking. */
  readonly isTTY?: boolean;
  /** Width of the terminal, in characters. */
  readonly columns?: number;
  on?(event: 'error', listener: (error: Error) => void): unknown;
}

/** The process that a command runs in. */
export interface SelfProcess {
  readonly pid: number;
  /** What starts it again: a program and its first arguments. */
  readonly command: readonly string[];
  /** The words that the user gave, the command's name first. */
  readonly words: readonly string[];
  /** Whether there is a process of this id. */
  isAlive(pid: number): boolean;
}

export interface Io {
  /** Absent: the command runs inside of another program, and cannot be started again. */
  readonly self?: SelfProcess;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Calls once when somebody wants us to end (Ctrl-C); what it returns ends the waiting. */
  readonly onInterrupt?: (listener: () => void) => () => void;
}

/** Swallows EPIPE on `output`, for good; every other error stays one. */
export function ignoreClosedPipe(output: Output): void {
  output.on?.('error', (error) => {
    if (!('code' in error) || error.code !== 'EPIPE') throw error;
  });
}
