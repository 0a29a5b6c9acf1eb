/**
 * Meters: how much of what rules send through them may go on.
 *
 * Answers to OVS's `struct ofputil_meter_config` and `struct ofputil_meter_band`.
 */

/** The last meter that a controller may number; `OFPM13_MAX`. */
export const METER_MAX = 0xffff_0000;
/** What the switch itself sends: up its slow path, and to controllers. */
export const METER_SLOWPATH = 0xffff_fffd;
export const METER_CONTROLLER = 0xffff_fffe;
/** Every meter; `OFPM13_ALL`. */
export const METER_ALL = 0xffff_ffff;

export type MeterBand =
  | {
      readonly type: 'drop';
      /** Kilobits or packets a second. */
      readonly rate: number;
      /** Kilobits or packets; 0: not said. */
      readonly burst: number;
    }
  | {
      /** Makes a packet likelier to be dropped further on; this datapath cannot. */
      readonly type: 'dscp_remark';
      readonly rate: number;
      readonly burst: number;
      readonly precedenceLevel: number;
    };

/** A meter as it is asked for: what `ovs-ofctl add-meter` says in a line. */
export interface MeterSpec {
  readonly id: number;
  /** Undefined: neither was said, which no switch accepts. */
  readonly unit: 'kbps' | 'pktps' | undefined;
  /** Whether bursts are said. */
  readonly hasBurst: boolean;
  readonly hasStats: boolean;
  readonly bands: readonly MeterBand[];
}
