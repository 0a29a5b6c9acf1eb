/**
 * `upcall parse-pcap CAPTURE...`: the extracted flow of every packet, in the very text that
 * `ovs-ofctl parse-pcap` prints.
 *
 * A capture that breaks is printed up to the break; the others are printed all the same.
 */

import { openCapture } from '../packet/capture-reader.js';
import { formatCapture } from '../packet/flow-text.js';
import type { Arguments } from './arguments.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import type { Io, Output } from './io.js';
import { UsageError } from './usage-error.js';

/** Characters written at once. */
const PIECE_LENGTH = 1 << 16;

export const parsePcapCommand: Command = {
  name: 'parse-pcap',
  summary: 'Print the extracted flow of every packet, as ovs-ofctl parse-pcap does.',
  synopsis: 'CAPTURE...',
  options: [],
  run: async (args, io) => parsePcap(args, io),
};

function parsePcap(args: Arguments, io: Io): number {
  if (args.positionals.length === 0) {
    throw new UsageError('Cannot run "parse-pcap": no capture file was given');
  }
  let status = EXIT_OK;
  for (const file of args.positionals) {
    const capture = openCapture(file);
    writeLines(formatCapture(capture), io.stdout);
    if (capture.error === undefined) continue;
    io.stderr.write(`upcall: ${capture.error.message}\n`);
    status = EXIT_FAILURE;
  }
  return status;
}

function writeLines(lines: Iterable<string>, output: Output): void {
  let piece = '';
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE_LENGTH) continue;
    output.write(piece);
    piece = '';
  }
  if (piece !== '') output.write(piece);
}
