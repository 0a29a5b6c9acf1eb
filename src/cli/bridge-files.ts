/**
 * A bridge as files tell of it: its rules, groups, meters, ports and MAC addresses, without a
 * switch.
 *
 * The files may be what Open vSwitch's programs print (`ovs-ofctl dump-flows`, `show`, `ovs-appctl
 * fdb/show` …) or what `ovs-ofctl add-flows` reads. Without a list of ports the bridge has those
 * that rules, groups, addresses and the flow in question name.
 */

import { odpPort, ofpPort } from '../base/brands.js';
import { Coverage } from '../base/coverage.js';
import { VirtualClock } from '../base/virtual-clock.js';
import { parseFlowFile } from '../ofproto/flow-syntax.js';
import type { Bucket } from '../ofproto/group.js';
import { parseGroupFile } from '../ofproto/group-parse.js';
import type { GroupChange } from '../ofproto/group-table.js';
import type { MeterSpec } from '../ofproto/meter.js';
import { parseMeterFile } from '../ofproto/meter-text.js';
import { OFPP_LOCAL, OFPP_MAX, type PortNumber } from '../ofproto/ofpact.js';
import { portsOf } from '../ofproto/ofpact-uses.js';
import { Ofproto } from '../ofproto/ofproto.js';
import { createOfprotoTranslator, type OfprotoTranslator } from '../ofproto/ofproto-translator.js';
import type { FlowSpec } from '../ofproto/rule.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { SwitchBridge } from '../switch-bridge.js';
import { type BridgeSetup, numberedPorts, setUpBridge } from './bridge-setup.js';
import { plainLines, plainMeters } from './dumped-text.js';
import { readMacList } from './mac-list.js';
import { type ListedPort, readPortList } from './port-list.js';

/** A file's text, and its path for messages. */
export interface NamedText {
  readonly path: string;
  readonly text: string;
}

export interface BridgeFiles {
  readonly name: string;
  readonly flows: NamedText;
  readonly groups?: NamedText | undefined;
  readonly meters?: NamedText | undefined;
  readonly ports?: NamedText | undefined;
  readonly macs?: NamedText | undefined;
  /** What ports, mirrors and multicast are told to be. */
  readonly setup?: BridgeSetup;
  /** VLAN tags that a flow shows. */
  readonly vlanLimit: number;
  /** A port that the bridge has besides, where there is no list. */
  readonly inPort?: number | undefined;
}

export interface FileBridge {
  readonly ofproto: Ofproto;
  readonly translator: OfprotoTranslator;
}

/** What the files say of rules and groups. */
interface Contents {
  readonly flows: readonly FlowSpec[];
  readonly groups: readonly GroupChange[];
}

/** The number of the datapath's port that is the bridge itself, where nothing says another. */
const LOCAL_NUMBER = 0;

export function createFileBridge(files: BridgeFiles): FileBridge {
  const { name, macs, vlanLimit } = files;
  const clock = new VirtualClock();
  const coverage = new Coverage();
  const ofproto = new Ofproto({ name, clock, coverage });
  ofproto.vlanLimit = vlanLimit;
  const listed = files.ports === undefined ? undefined : readPortList(files.ports);
  const ports: PortNumber = (text) => {
    const number = listed?.find((port) => port.name === text)?.number;
    return number === undefined ? undefined : ofpPort(number);
  };
  const contents = readContents(files, ports);
  for (const port of listed ?? portsNamed(files, contents)) addPort(ofproto, port);
  if (ofproto.port(OFPP_LOCAL) === undefined) {
    addPort(ofproto, { name, number: OFPP_LOCAL, datapathNumber: LOCAL_NUMBER });
  }
  for (const meter of metersOf(files)) ofproto.meters.apply({ command: 'add', meter });
  for (const change of contents.groups) ofproto.groups.apply(change);
  for (const flow of contents.flows) ofproto.tables.add(flow);
  if (files.setup !== undefined) {
    setUpBridge(new SwitchBridge(ofproto, () => clock.now()), files.setup);
  }
  for (const sighting of readMacList(macs, ports)) ofproto.learn(sighting);
  return { ofproto, translator: createOfprotoTranslator({ bridges: [ofproto], clock, coverage }) };
}

function metersOf({ meters }: BridgeFiles): readonly MeterSpec[] {
  return meters === undefined ? [] : parseMeterFile(meters.path, plainMeters(meters.text));
}

function readContents({ flows, groups }: BridgeFiles, ports: PortNumber): Contents {
  return {
    flows: parseFlowFile(flows.path, plainLines(flows.text), { ports }),
    groups:
      groups === undefined ? [] : parseGroupFile(groups.path, plainLines(groups.text), { ports }),
  };
}

function addPort(ofproto: Ofproto, { name, number, datapathNumber }: ListedPort): void {
  ofproto.addPort({ name, ofpPort: ofpPort(number), odpPort: odpPort(datapathNumber) });
}

/** The ports that the files name by number, called "p1" and so on. */
function portsNamed(
  { macs, setup, inPort = 0 }: BridgeFiles,
  { flows, groups }: Contents,
): ListedPort[] {
  const buckets = groups.flatMap(bucketsOf);
  const numbers = new Set([
    inPort,
    ...(setup === undefined ? [] : numberedPorts(setup)),
    ...flows.flatMap(({ match, actions }) => [match.flow[IN_PORT] ?? 0, ...portsOf(actions)]),
    ...buckets.flatMap(({ actions, watchPort = 0 }) => [watchPort, ...portsOf(actions)]),
    ...readMacList(macs, () => undefined).map(({ port }) => port),
  ]);
  return [...numbers]
    .filter((number) => number >= 1 && number < OFPP_MAX)
    .sort((a, b) => a - b)
    .map((number) => ({ name: `p${number}`, number, datapathNumber: number }));
}

function bucketsOf(change: GroupChange): readonly Bucket[] {
  if ('group' in change) return change.group.buckets;
  return 'buckets' in change ? change.buckets : [];
}
