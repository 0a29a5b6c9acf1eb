/**
 * Failures that a caller may catch.
 *
 * A bug is an `assert`, an expected outcome is a returned union; what is left is an `UpcallError`.
 * Messages read "Cannot <verb> <object>: <state>", quote strings and say what to do about it.
 */

/** The root of every failure that this package throws on purpose. */
export class UpcallError extends Error {
  override name = 'UpcallError';
}

/** Text that does not parse: where it stands and what was expected there. */
export class ParseError extends UpcallError {
  override name = 'ParseError';
  readonly source: string;
  /** From 1; 0 where the input has no lines. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  readonly expected: string;

  constructor(place: { source: string; line?: number; column: number; expected: string }) {
    const line = place.line ?? 0;
    const where = line > 0 ? `${place.source}:${line}:${place.column}` : `column ${place.column}`;
    super(`Cannot parse ${line > 0 ? where : `"${place.source}" at ${where}`}: ${place.expected}`);
    this.source = place.source;
    this.line = line;
    this.column = place.column;
    this.expected = place.expected;
  }
}

/** A file that cannot be read for what it should be. */
export class FileError extends UpcallError {
  override name = 'FileError';
  readonly path: string;

  constructor(path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.path = path;
  }
}

/** Asserts what only a bug can make false. The message is constant: templates cost on hot paths. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Bug: ${message}`);
}

/** Why the system refused something with a file, in words and with the remedy. */
export function systemReason(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'no such file or folder; check the path';
  if (code === 'EACCES') return 'permission denied';
  if (code === 'EISDIR') return 'it is a directory; name a file';
  return cause.message;
}
