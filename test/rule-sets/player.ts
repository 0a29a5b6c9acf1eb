/**
 * A switch that plays a rule set: ours, or the real one; asked in the same words.
 */

import type { IncomingFrame } from '../interop/ovs-peer.js';
import type { ChangeCommand } from './rule-set.js';

export interface Player {
  /** Runs a command of `ovs-appctl`; its text. */
  run(command: string, ...params: string[]): Promise<string>;
  /** Runs a command of `ovs-ofctl` on the bridge. */
  change(command: ChangeCommand, text: string): void;
  /** Lets a frame in, and waits until it has been answered and sent. */
  receive(frame: IncomingFrame): Promise<void>;
  /** Moves time, which stands still otherwise. */
  warp(ms: number): Promise<void>;
  /** Frames that left since this was asked last: a port and its frames in hex, a line each. */
  takeSent(): string[];
  /** Packets and bytes of each group and its buckets, ascending by number. */
  groups(): string[];
  /** Packets and bytes of each meter and what its bands dropped. */
  meters(): string[];
  stop(): Promise<void>;
}
