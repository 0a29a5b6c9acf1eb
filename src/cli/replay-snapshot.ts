/**
 * From a switch's counters to the document of a replay: first what holds as of the last packet,
 * then, once the switch has stopped, the rest.
 */

import type { Profile } from '../machines/profiles.js';
import type { Switch } from '../switch.js';
import type { LoadedCapture } from './loaded-capture.js';
import type { PortPlan } from './port-plan.js';
import type {
  CaptureSummary,
  DatapathSummary,
  OutlivedSummary,
  PortSummary,
  ReplayDocument,
  UdpifSummary,
} from './replay-document.js';
import type { CaptureCounts } from './replay-run.js';

/** As of the last packet. */
export interface ReplaySnapshot {
  readonly datapath: DatapathSummary;
  readonly udpif: UdpifSummary;
}

export function takeSnapshot(target: Switch): ReplaySnapshot {
  const { datapath } = target;
  const { hit, missed, lost, invalid, masks } = datapath.getStats();
  return {
    datapath: {
      lookups: { hit, missed, lost, invalid },
      masks,
      masksMaximum: datapath.masksMaximum,
      flows: target.megaflows().map(({ key, packets, bytes, actions }) => ({
        key,
        packets,
        bytes,
        actions,
      })),
    },
    udpif: summarizeUdpif(target),
  };
}

export interface DocumentInput {
  readonly captures: readonly LoadedCapture[];
  readonly counts: readonly CaptureCounts[];
  readonly plan: PortPlan;
  readonly snapshot: ReplaySnapshot;
  /** Stopped. */
  readonly target: Switch;
  readonly options: { readonly profile: Pick<Profile, 'name'> };
}

export function buildDocument(input: DocumentInput): ReplayDocument {
  const { target, snapshot, options } = input;
  return {
    profile: options.profile.name,
    captures: summarizeCaptures(input),
    ports: summarizePorts(input),
    datapath: snapshot.datapath,
    udpif: snapshot.udpif,
    openflow: target.rules(),
    groups: target.groups(),
    meters: target.meters(),
    coverage: target.coverage.toJSON(),
    conservation: target.conservation(),
    outlived: summarizeOutlived(target),
  };
}

function summarizeOutlived(target: Switch): OutlivedSummary {
  const sum = { flows: 0, packets: 0, bytes: 0 };
  for (const { packets, bytes } of target.megaflows()) {
    sum.flows++;
    sum.packets += packets;
    sum.bytes += bytes;
  }
  return sum;
}

function summarizeCaptures({ captures, counts }: DocumentInput): readonly CaptureSummary[] {
  return captures.map(({ file, error }, i) => {
    const { packets, bytes, timeReversals } = counts[i] ?? {
      packets: 0,
      bytes: 0,
      timeReversals: 0,
    };
    const summary = { file, packets, bytes, timeReversals };
    return error === undefined ? summary : { ...summary, error };
  });
}

function summarizePorts({ plan, target }: DocumentInput): readonly PortSummary[] {
  return target.ports.map(({ name, number, stats }, i) => ({
    name: plan.names[i] ?? name,
    number,
    rxPackets: stats.rxPackets,
    rxBytes: stats.rxBytes,
    txPackets: stats.txPackets,
    txBytes: stats.txBytes,
  }));
}

function summarizeUdpif({ udpif }: Switch): UdpifSummary {
  const status = udpif.status();
  return {
    flows: {
      current: status.flowsCurrent,
      average: status.flowsAverage,
      maximum: status.flowsMaximum,
      limit: status.flowLimit,
    },
    dumpDurationMs: status.dumpDurationMs,
    cycles: status.cycles,
    ukeys: status.ukeys,
    deleted: status.deleted,
  };
}
