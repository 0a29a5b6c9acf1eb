/**
 * The options of commands that run captures with rules, and their values.
 */

import type { Arguments } from './arguments.js';
import type { CaptureRunOptions } from './capture-run.js';
import type { OptionSpec } from './command.js';
import { plainLines, plainMeters } from './dumped-text.js';
import { readFlowFile } from './flow-file.js';

const PORTS_DEFAULT = 8;
/** OpenFlow's own ports end below its reserved ones (`OFPP_MAX`). */
const PORTS_MAX = 0xfeff;
const UINT32_MAX = 0xffff_ffff;
/** Rows of each table. */
const SHOWN_DEFAULT = 40;

export const CAPTURE_OPTIONS: readonly OptionSpec[] = [
  { name: 'groups', value: 'FILE', help: 'groups that the rules use' },
  { name: 'meters', value: 'FILE', help: 'meters that the rules use' },
  { name: 'ports', value: 'N', help: 'ports at most, one a source MAC (default: 8)' },
  { name: 'vlan-limit', value: '1|2', help: 'VLAN tags that are seen (default: 1)' },
  { name: 'seed', value: 'N', help: 'decides everything that chance decides (default: 1)' },
  { name: 'shown', value: 'N', help: `rows of each table (default: ${SHOWN_DEFAULT})` },
  { name: 'json', help: 'print one JSON document instead' },
];

/** What does not hang on the rules. */
export type SharedRunOptions = Pick<CaptureRunOptions, 'groups' | 'meters' | 'vlanLimit' | 'seed'>;

export function readRunOptions(args: Arguments): SharedRunOptions {
  const groups = args.text('groups');
  const meters = args.text('meters');
  return {
    groups: groups === undefined ? undefined : plainLines(readFlowFile(groups)),
    meters: meters === undefined ? undefined : plainMeters(readFlowFile(meters)),
    vlanLimit: args.choice('vlan-limit', ['1', '2']) === '2' ? 2 : 1,
    seed: args.integer('seed', { min: 0, max: UINT32_MAX }) ?? 1,
  };
}

export function readPortsMax(args: Arguments): number {
  return args.integer('ports', { min: 1, max: PORTS_MAX }) ?? PORTS_DEFAULT;
}

export function readShown(args: Arguments): number {
  return args.integer('shown', { min: 0, max: UINT32_MAX }) ?? SHOWN_DEFAULT;
}
