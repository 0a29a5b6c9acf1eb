/**
 * What is asked of either switch, in the same words; answers are text, as Open vSwitch prints it.
 */

import type { IncomingFrame } from '../interop/ovs-peer.js';
import type { Change } from './change-generator.js';
import type { Situation } from './situation.js';

export interface Trace {
  readonly megaflow: string;
  readonly actions: string;
}

/** What is left behind a situation. */
export interface Outcome {
  /** Frames that left, as hex, for each port in the order of their leaving. */
  readonly sent: readonly (readonly string[])[];
  /** A rule and its counters, each a line. */
  readonly rules: readonly string[];
  /** The addresses that NORMAL has learned: "port vlan address". */
  readonly macs: readonly string[];
  /** Packet-ins, as bytes in hex, in their order. */
  readonly packetIns: readonly string[];
}

export interface Twin {
  /** Forgets everything, and takes the situation's groups and rules. */
  begin(situation: Situation): Promise<void>;
  /** What would become of a frame; without side effects. Undefined: it cannot be asked. */
  trace(frame: IncomingFrame): Promise<Trace | undefined>;
  /** Lets a frame in, and waits until it has been answered and sent. */
  receive(frame: IncomingFrame): Promise<void>;
  /** The datapath flows of packets that came back, as `dpctl/dump-flows` prints them. */
  recirculated(): Promise<readonly string[]>;
  /** Has the flows follow what was learned, and all they have counted pushed: that teaches, too. */
  revalidate(): Promise<void>;
  /**
   * Changes rules or groups; flows follow, and go: how long one stays to which no packet comes back
   * any more is each switch's own affair.
   */
  change(change: Change): Promise<void>;
  /** With all counters pushed. */
  finish(): Promise<Outcome>;
}

/** Whether a line of a dump is the flow of a packet that came back. */
export function isRecirculated(line: string): boolean {
  return line.includes('recirc_id(0x');
}
