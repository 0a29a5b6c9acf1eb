/**
 * The report of a replay, for a person: what came in, what the slow path did, what went out.
 *
 * Everything here is text made from the same document that `--json` prints, and from the history
 * that the replay sampled; nothing is counted here.
 */

import { type Cell, textTable } from '../base/text-table.js';
import { deleteReasonNames, deleteReasons } from '../machines/delete-reasons.js';
import { formatArrivals } from '../switch-conservation.js';
import type { MegaflowState } from '../switch-megaflows.js';
import { plot } from './plot.js';
import type { ReplayDocument } from './replay-document.js';
import type { ReplayHistory } from './replay-history.js';

const PLOT_WIDTH = 60;
const PLOT_HEIGHT = 5;
/** Rows of the table of rules. */
const RULES_SHOWN = 40;

export interface ReportInput {
  readonly document: ReplayDocument;
  readonly history: ReplayHistory;
  /** The megaflows of the whole run that are worth showing. */
  readonly ledger: {
    readonly widest: readonly MegaflowState[];
    readonly busiest: readonly MegaflowState[];
  };
}

/** The whole report. */
export function formatReport(input: ReportInput): string {
  const { document, history, ledger } = input;
  const sections = [
    capturesSection(document),
    lookupsSection(document),
    historySection(history),
    megaflowsSection('Widest megaflows', ledger.widest),
    megaflowsSection('Busiest megaflows', ledger.busiest),
    deletionsSection(document),
    cyclesSection(document),
    rulesSection(document),
    ...groupsSections(document),
    ...metersSections(document),
    portsSection(document),
    conservationSection(document),
  ];
  return sections.map((lines) => `${lines.join('\n')}\n`).join('\n');
}

function capturesSection({ captures }: ReplayDocument): readonly string[] {
  const rows: Cell[][] = [['file', 'packets', 'bytes', 'time reversals']];
  for (const capture of captures) {
    rows.push([capture.file, capture.packets, capture.bytes, capture.timeReversals]);
  }
  const errors = captures.filter((capture) => capture.error !== undefined);
  return [
    ...section('What came in', textTable(rows)),
    ...errors.map((capture) => `  cut short: ${capture.error}`),
  ];
}

function lookupsSection({ datapath }: ReplayDocument): readonly string[] {
  const { hit, missed, lost, invalid } = datapath.lookups;
  const rate = hit + missed === 0 ? 0 : (100 * hit) / (hit + missed);
  return section('Datapath', [
    `hit ${hit} (${rate.toFixed(1)} %), missed ${missed} of which ${lost} lost, invalid ${invalid}`,
    `masks ${datapath.masks} (at most ${datapath.masksMaximum}), flows ${datapath.flows.length}`,
  ]);
}

function historySection(history: ReplayHistory): readonly string[] {
  const axis = { from: '0 s', to: `${(history.durationMs / 1000).toFixed(1)} s` };
  const shape = { width: PLOT_WIDTH, height: PLOT_HEIGHT, ...axis };
  return section('Over time', [
    ...plot(history.flows, { title: 'flows', ...shape }),
    ...plot(history.masks, { title: 'masks', ...shape }),
  ]);
}

function megaflowsSection(title: string, megaflows: readonly MegaflowState[]): readonly string[] {
  if (megaflows.length === 0) return section(title, ['none']);
  const rows: Cell[][] = [['bits', 'packets', 'bytes', 'flow']];
  for (const flow of megaflows) {
    rows.push([flow.exactBits, flow.packets, flow.bytes, `${flow.key} actions:${flow.actions}`]);
  }
  return section(title, textTable(rows));
}

function deletionsSection({ udpif }: ReplayDocument): readonly string[] {
  const rows: Cell[][] = [['reason', 'flows', 'meaning']];
  for (const reason of deleteReasonNames) {
    const count = udpif.deleted[reason];
    if (count !== undefined) rows.push([reason, count, deleteReasons[reason].text]);
  }
  return section('Why flows were deleted', rows.length > 1 ? textTable(rows) : ['none was']);
}

function cyclesSection({ udpif }: ReplayDocument): readonly string[] {
  const { current, average, maximum, limit } = udpif.flows;
  return section('Revalidation', [
    `${udpif.cycles} cycles, the last dump took ${udpif.dumpDurationMs} ms, ${udpif.ukeys} ukeys`,
    `flows: ${current} now, ${average} on average, ${maximum} at most, limit ${limit}`,
  ]);
}

function rulesSection({ openflow }: ReplayDocument): readonly string[] {
  const rules = openflow.filter((rule) => !rule.hidden || rule.packets > 0);
  if (rules.length === 0) return section('Rules', ['none']);
  const rows: Cell[][] = [['packets', 'bytes', 'table', 'rule']];
  for (const rule of rules.slice(0, RULES_SHOWN)) {
    const match = rule.match === '' ? '' : `,${rule.match}`;
    const hidden = rule.hidden ? ' (hidden)' : '';
    const text = `priority=${rule.priority}${match} actions=${rule.actions}${hidden}`;
    rows.push([rule.packets, rule.bytes, rule.table, text]);
  }
  const more = rules.length - RULES_SHOWN;
  return [
    ...section('Rules', textTable(rows)),
    ...(more > 0 ? [`  … and ${more} more; --json has them all`] : []),
  ];
}

/** Nothing where there are no groups. */
function groupsSections({ groups }: ReplayDocument): readonly (readonly string[])[] {
  if (groups.length === 0) return [];
  const rows: Cell[][] = [['packets', 'bytes', 'in each bucket', 'group']];
  for (const { packets, bytes, buckets, text } of groups) {
    rows.push([packets, bytes, buckets.map((bucket) => bucket.packets).join(' '), text]);
  }
  return [section('Groups', textTable(rows))];
}

/** Nothing where there are no meters. */
function metersSections({ meters }: ReplayDocument): readonly (readonly string[])[] {
  if (meters.length === 0) return [];
  const rows: Cell[][] = [['packets', 'bytes', 'dropped by each band', 'meter']];
  for (const { packets, bytes, bands, text } of meters) {
    const dropped = bands.map((band) => band.packets).join(' ');
    rows.push([packets, bytes, dropped, text.trimEnd().replaceAll('\n', ' ')]);
  }
  return [section('Meters', textTable(rows))];
}

function portsSection({ ports }: ReplayDocument): readonly string[] {
  const rows: Cell[][] = [['port', 'in', 'bytes in', 'out', 'bytes out', 'name']];
  for (const port of ports) {
    rows.push([port.number, port.rxPackets, port.rxBytes, port.txPackets, port.txBytes, port.name]);
  }
  return section('Ports', textTable(rows));
}

function conservationSection(document: ReplayDocument): readonly string[] {
  const { conservation } = document;
  const { packetsCredited, bytesCredited, ok } = conservation;
  return section('Conservation', [
    `${formatArrivals(conservation)}, ${packetsCredited} (${bytesCredited}) credited`,
    ok ? 'every packet is accounted for' : whyNotConserved(document),
  ]);
}

function whyNotConserved({ profile, outlived }: ReplayDocument): string {
  const { flows, packets } = outlived;
  if (profile !== 'ovs-2.3') return 'NOT every packet is accounted for: a bug in upcall';
  return (
    'NOT every packet is accounted for, as in Open vSwitch 2.3: ' +
    `${packets} are in ${flows} flows that outlived the stop (B-01)`
  );
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [title, ...lines.map((line) => `  ${line}`)];
}
