/**
 * Writes what a switch transmits to a pcap file, in the capture's own time.
 *
 * Owner: the file, until `close()`.
 */

import type { Clock } from '../base/clock.js';
import { PcapWriter } from '../packet/pcap-writer.js';
import type { Switch } from '../switch.js';
import type { Transmission } from '../switch-port-table.js';
import type { PacketSequence } from './packet-sequence.js';
import { REPLAY_START_MS } from './replay-run.js';

export interface TransmitRecorderInput {
  readonly path: string;
  readonly packets: PacketSequence;
  readonly clock: Clock;
  readonly target: Switch;
}

export class TransmitRecorder {
  readonly #writer: PcapWriter;
  readonly #input: TransmitRecorderInput;
  /** What went wrong while writing: nobody is there to catch it until `close()`. */
  #error: unknown;

  /** Throws a `FileError` where the file cannot be made. */
  constructor(input: TransmitRecorderInput) {
    this.#writer = new PcapWriter(input.path);
    this.#input = input;
    input.target.transmitted.subscribe((batch) => {
      if (this.#error === undefined) this.#writeBatch(batch);
    });
  }

  /** Throws a `FileError` where not everything could be written. */
  close(): void {
    if (this.#error !== undefined) throw this.#error;
    this.#writer.close();
  }

  #writeBatch(batch: readonly Transmission[]): void {
    try {
      for (const packet of batch) this.#write(packet.data);
    } catch (error) {
      this.#error = error;
    }
  }

  #write(data: Uint8Array): void {
    const { packets, clock } = this.#input;
    const elapsedMs = clock.now() - REPLAY_START_MS;
    const nanoseconds = packets.startNanoseconds + (elapsedMs % 1000) * 1_000_000;
    const carry = Math.floor(nanoseconds / 1_000_000_000);
    const seconds = packets.startSeconds + Math.floor(elapsedMs / 1000) + carry;
    this.#writer.write(data, seconds, nanoseconds - carry * 1_000_000_000);
  }
}
