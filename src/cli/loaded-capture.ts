/**
 * A capture file, read to its end or to where it breaks.
 *
 * What stands before a break is as good as in a whole capture; the break itself is kept as a
 * sentence, for the report and the exit status. The packets' bytes are views of the file's one
 * buffer, nothing is copied.
 */

import { openCapture } from '../packet/capture-reader.js';

/** The packets of one file, in the file's order, as columns of equal length. */
export interface LoadedCapture {
  readonly file: string;
  readonly data: readonly Uint8Array[];
  /** Since the epoch, whole. */
  readonly seconds: readonly number[];
  /** Within the second. */
  readonly nanoseconds: readonly number[];
  readonly interfaces: readonly number[];
  /** Name of each interface that the file describes; "" where it has none. */
  readonly interfaceNames: readonly string[];
  /** Why it ended before its end. */
  readonly error: string | undefined;
}

/** Reads `file`; throws a `FileError` where it is no capture at all. */
export function loadCapture(file: string): LoadedCapture {
  const capture = openCapture(file);
  const data: Uint8Array[] = [];
  const seconds: number[] = [];
  const nanoseconds: number[] = [];
  const interfaces: number[] = [];
  for (let packet = capture.next(); packet !== undefined; packet = capture.next()) {
    data.push(packet.data);
    seconds.push(packet.seconds);
    nanoseconds.push(packet.nanoseconds);
    interfaces.push(packet.interfaceIndex);
  }
  const interfaceNames = capture.interfaces.map((description) => description.name ?? '');
  return {
    file,
    data,
    seconds,
    nanoseconds,
    interfaces,
    interfaceNames,
    error: capture.error?.message,
  };
}
