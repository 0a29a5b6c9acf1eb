/**
 * What operators ask of all udpifs, as text: the functions behind `upcall/show` and its like.
 *
 * They work from the start, before the first udpif exists. Their socket comes with the daemon.
 *
 * Rows U-147 to U-152, B-14, B-21. Answers to the seed's `upcall_unixctl_*` (L1617-1700).
 */

import { UpcallError } from '../base/errors.js';
import type { ProfileName } from '../machines/profiles.js';
import type { Udpif, UdpifStatus } from './udpif.js';

/** `upcall/show`: one paragraph a udpif, in order of creation. */
export function showUpcall(udpifs: Iterable<Udpif>): string {
  return [...udpifs].map((udpif) => udpif.show()).join('');
}

/** `upcall/enable-megaflows`, `upcall/disable-megaflows`: flows are exact or not; all go. */
export function switchMegaflows(udpifs: Iterable<Udpif>, isEnabled: boolean): string {
  for (const udpif of udpifs) udpif.switchMegaflows(isEnabled);
  return isEnabled ? 'megaflows enabled' : 'megaflows disabled';
}

/** `upcall/set-flow-limit X`: takes what C's `atoi` makes of the text, as 32 unsigned bits. */
export function setFlowLimit(udpifs: Iterable<Udpif>, args: readonly string[]): string {
  const [text] = args;
  if (text === undefined) {
    throw new UpcallError('"upcall/set-flow-limit" command requires at least 1 arguments');
  }
  const parsed = Number.parseInt(text, 10);
  const flowLimit = Number.isNaN(parsed) ? 0 : parsed >>> 0;
  for (const udpif of udpifs) udpif.setFlowLimit(flowLimit);
  return `set flow_limit to ${flowLimit}`;
}

/** What the text of one udpif is made of. */
export interface ShownUdpif {
  readonly name: string;
  readonly status: UdpifStatus;
  readonly isUfidEnabled: boolean;
  /** One for each running revalidator. */
  readonly revalidators: readonly { readonly id: number; readonly ukeys: number }[];
}

/** The text of `upcall/show` for one udpif, as the version of that name prints it (U-147). */
export function formatUdpif(udpif: ShownUdpif, format: ProfileName): string {
  const { name, status, revalidators } = udpif;
  const isOld = format === 'ovs-2.3';
  const indent = isOld ? '\t' : '  ';
  const lines = [
    `${name}:`,
    `${indent}flows         : ${formatCounts(status)}`,
    `${indent}dump duration : ${status.dumpDurationMs}ms`,
    ...(isOld ? [] : [`${indent}ufid enabled : ${udpif.isUfidEnabled}`]),
    '',
    ...revalidators.map(({ id, ukeys }) => `${indent}${id}: (keys ${ukeys})`),
  ];
  return `${lines.join('\n')}\n`;
}

function formatCounts(status: UdpifStatus): string {
  const { flowsCurrent, flowsAverage, flowsMaximum, flowLimit } = status;
  const average = `(avg ${flowsAverage})`;
  const maximum = `(max ${flowsMaximum})`;
  return `(current ${flowsCurrent}) ${average} ${maximum} (limit ${flowLimit})`;
}
