/**
 * A whole datapath flow on a line, as `dpctl/dump-flows` of OVS 3.1 prints it:
 * `<key>, packets:2, bytes:196, used:0.320s, flags:SP., actions:1,2`.
 *
 * Answers to `dpif_flow_stats_format()` and `format_dpif_flow()`.
 */

import type { Instant } from '../base/brands.js';
import type { DumpedFlow, FlowStats } from './dpif.js';
import { formatOdpActions } from './odp-actions-text.js';
import { formatOdpFlow, type OdpTextOptions } from './odp-key-text.js';

/** `now` tells how long ago the flow was used. */
export function formatDumpedFlow(flow: DumpedFlow, now: Instant, options?: OdpTextOptions): string {
  const key = formatOdpFlow(flow.key.toFlow(), flow.mask, options);
  const actions = formatOdpActions(flow.actions, options);
  return `${key}, ${formatFlowStats(flow.stats, now)}, actions:${actions}`;
}

/** `packets:2, bytes:196, used:0.320s, flags:SP.`; `used:never` where no packet came. */
export function formatFlowStats(stats: Readonly<FlowStats>, now: Instant): string {
  const used = stats.used === 0 ? 'never' : `${((now - stats.used) / 1000).toFixed(3)}s`;
  const flags = stats.tcpFlags === 0 ? '' : `, flags:${formatTcpFlagLetters(stats.tcpFlags)}`;
  return `packets:${stats.packets}, bytes:${stats.bytes}, used:${used}${flags}`;
}

const FLAG_LETTERS: readonly (readonly [number, string])[] = [
  [0x002, 'S'],
  [0x001, 'F'],
  [0x008, 'P'],
  [0x004, 'R'],
  [0x020, 'U'],
  [0x010, '.'],
  [0x040, 'E'],
  [0x080, 'C'],
  [0x100, 'N'],
  [0x200, '[200]'],
  [0x400, '[400]'],
  [0x800, '[800]'],
];

/** `SP.`: SYN, PSH and ACK, as tcpdump has it. Answers to `packet_format_tcp_flags()`. */
export function formatTcpFlagLetters(flags: number): string {
  if (flags === 0) return 'none';
  return FLAG_LETTERS.map(([bit, letter]) => ((flags & bit) === 0 ? '' : letter)).join('');
}
