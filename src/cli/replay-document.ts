/**
 * What `upcall replay --json` prints: one document, of these types.
 *
 * Every number is read from the counter that its event increments; none is computed from another
 * one, but for `conservation.ok`, which compares them. Bytes are captured bytes.
 */

import type { DeleteReason } from '../machines/delete-reasons.js';
import type { Conservation } from '../switch-conservation.js';

export interface ReplayDocument {
  /** Which Open vSwitch the slow path behaved like. */
  readonly profile: string;
  readonly captures: readonly CaptureSummary[];
  /** After the switch has stopped. */
  readonly ports: readonly PortSummary[];
  readonly datapath: DatapathSummary;
  /** As of the last packet. */
  readonly udpif: UdpifSummary;
  /** After the switch has stopped, so with the last delta of every flow. */
  readonly openflow: readonly RuleSummary[];
  /** Those of `--groups`, ascending by number, with what went through them and each bucket. */
  readonly groups: readonly GroupSummary[];
  /** Those of `--meters`, ascending by number, with what each band has dropped. */
  readonly meters: readonly MeterSummary[];
  readonly coverage: Readonly<Record<string, number>>;
  readonly conservation: Conservation;
  readonly outlived: OutlivedSummary;
}

export interface GroupSummary {
  readonly id: number;
  /** As `ovs-ofctl dump-groups` prints it. */
  readonly text: string;
  readonly packets: number;
  readonly bytes: number;
  readonly buckets: readonly { readonly packets: number; readonly bytes: number }[];
}

export interface MeterSummary {
  readonly id: number;
  /** As `ovs-ofctl dump-meters` prints it. */
  readonly text: string;
  readonly packets: number;
  readonly bytes: number;
  readonly bands: readonly { readonly packets: number; readonly bytes: number }[];
}

/** Datapath flows that were still there when the switch had stopped, and what they had counted. */
export interface OutlivedSummary {
  readonly flows: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface CaptureSummary {
  readonly file: string;
  readonly packets: number;
  readonly bytes: number;
  /** Packets older than the switch's time when they entered. */
  readonly timeReversals: number;
  /** Why the capture ended before its end. */
  readonly error?: string;
}

export interface PortSummary {
  readonly name: string;
  readonly number: number;
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly txPackets: number;
  readonly txBytes: number;
}

/** As of the last packet. */
export interface DatapathSummary {
  /** `missed` includes `lost`; hit + missed + invalid is what was received. */
  readonly lookups: {
    readonly hit: number;
    readonly missed: number;
    readonly lost: number;
    readonly invalid: number;
  };
  readonly masks: number;
  readonly masksMaximum: number;
  readonly flows: readonly MegaflowSummary[];
}

export interface MegaflowSummary {
  readonly key: string;
  readonly packets: number;
  readonly bytes: number;
  readonly actions: string;
}

export interface UdpifSummary {
  readonly flows: {
    readonly current: number;
    readonly average: number;
    readonly maximum: number;
    readonly limit: number;
  };
  readonly dumpDurationMs: number;
  readonly cycles: number;
  readonly ukeys: number;
  readonly deleted: Readonly<Partial<Record<DeleteReason, number>>>;
}

export interface RuleSummary {
  readonly table: number;
  readonly priority: number;
  readonly match: string;
  readonly actions: string;
  readonly packets: number;
  readonly bytes: number;
  readonly hidden: boolean;
}

/** `ok`: what came in is what was credited, lost or invalid, in packets and in bytes. */
