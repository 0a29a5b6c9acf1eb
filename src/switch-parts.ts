/**
 * The parts of a switch, made and joined: from `SwitchOptions` to a datapath with ports, bridges
 * with rules, a translator and a udpif.
 *
 * Owner: `Switch`.
 */

import { createUdpif, type Udpif } from './actors/udpif.js';
import { type Clock, SystemClock } from './base/clock.js';
import { Coverage } from './base/coverage.js';
import { UpcallError } from './base/errors.js';
import { type Log, moduleLog, silentLog } from './base/log.js';
import { createRng } from './base/rng.js';
import type { Upcall } from './datapath/dpif.js';
import { EmbeddedDpif } from './datapath/embedded-dpif.js';
import { MaskTable } from './datapath/mask.js';
import { MemoryPort } from './datapath/port.js';
import { currentProfile, findProfile, type Profile } from './machines/profiles.js';
import { OFPP_MAX } from './ofproto/ofpact.js';
import { Ofproto } from './ofproto/ofproto.js';
import { createOfprotoTranslator, type OfprotoTranslator } from './ofproto/ofproto-translator.js';
import { PatchPanel } from './ofproto/patch-ports.js';
import { SwitchBridge } from './switch-bridge.js';
import {
  type BridgeOptions,
  FLOWS_DEFAULT,
  type PortOptions,
  type SwitchOptions,
} from './switch-options.js';
import { SwitchPortTable } from './switch-port-table.js';
import { Runtime } from './switch-runtime.js';
import { settingsOf } from './switch-settings.js';

export interface SwitchParts {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly coverage: Coverage;
  readonly log: Log;
  readonly runtime: Runtime;
  readonly datapath: EmbeddedDpif;
  readonly bridges: readonly SwitchBridge[];
  readonly ports: SwitchPortTable;
  readonly translator: OfprotoTranslator;
  readonly udpif: Udpif;
}

/** OpenFlow's numbers for ports end where its reserved ones begin. */
const PORTS_MAX = OFPP_MAX - 1;
/** "type@base", as logs and `upcall/show` print it. */
const DATAPATH_NAME = 'embedded@ovs-embedded';
/** `other_config:vlan-limit` of 3.1. */
const VLAN_LIMIT_DEFAULT = 1;

type Base = Pick<SwitchParts, 'profile' | 'clock' | 'coverage' | 'log' | 'runtime'>;

export function createParts(options: SwitchOptions): SwitchParts {
  const profile = profileOf(options);
  const base: Base = {
    profile,
    clock: options.clock ?? new SystemClock(),
    coverage: new Coverage(),
    log: options.log ?? silentLog,
    runtime: options.runtime ?? new Runtime(profile),
  };
  const masks = new MaskTable();
  const vlanLimit = options.vlanLimit ?? VLAN_LIMIT_DEFAULT;
  let udpif: Udpif | undefined;
  const datapath = new EmbeddedDpif({
    ...base,
    name: DATAPATH_NAME,
    masks,
    vlanLimit,
    log: moduleLog(base.log, 'dpif_netdev'),
    ...(options.upcalls === 'inline'
      ? { upcallInline: (upcall: Upcall) => udpif?.answerInline(upcall) === true }
      : {}),
  });
  const bridges: SwitchBridge[] = [];
  const ports = new SwitchPortTable(datapath);
  const patches = new PatchPanel();
  for (const [index, bridgeOptions] of (options.bridges ?? [options]).entries()) {
    const name = bridgeOptions.name ?? `br${index}`;
    const bridge = createBridge({ name, vlanLimit, patches }, datapath, base);
    if (bridges.some((other) => other.name === bridge.name)) {
      throw new UpcallError(`Cannot add bridge "${bridge.name}": the name is taken`);
    }
    createPorts(bridgeOptions, bridge, ports, base.log);
    for (const [table, columns] of Object.entries(bridgeOptions.flowTables ?? {})) {
      bridge.setFlowTable(Number(table), columns);
    }
    for (const mirror of bridgeOptions.mirrors ?? []) bridge.setMirror(mirror);
    bridge.setMcastSnooping(bridgeOptions.mcastSnooping);
    bridge.addMeters(bridgeOptions.meters ?? '', bridgeOptions.metersSource);
    bridge.addGroups(bridgeOptions.groups ?? '', bridgeOptions.groupsSource);
    bridge.addFlows(bridgeOptions.flows ?? FLOWS_DEFAULT, bridgeOptions.flowsSource);
    bridges.push(bridge);
  }
  const translator = createOfprotoTranslator({
    bridges: bridges.map((bridge) => bridge.ofproto),
    pidOf: (port, hash) => datapath.portGetPid(port, hash),
    controllerAction: profile.controllerAction,
    hasVlanSplinters: profile.vlanSplinters,
    ...base,
  });
  udpif = startUdpif({ ...base, masks, datapath, translator }, options);
  return { ...base, datapath, bridges, ports, translator, udpif };
}

function profileOf({ profile = currentProfile }: SwitchOptions): Profile {
  return typeof profile === 'string' ? findProfile(profile) : profile;
}

interface BridgePlan {
  readonly name: string;
  readonly vlanLimit: number;
  readonly patches: PatchPanel;
}

function createBridge(
  { name, vlanLimit, patches }: BridgePlan,
  { meters }: EmbeddedDpif,
  base: Base,
): SwitchBridge {
  const { clock, coverage, profile } = base;
  const ofproto = new Ofproto({ name, clock, coverage, meters, patches });
  ofproto.vlanLimit = vlanLimit;
  ofproto.macs.setEntriesMax(profile.defaults.macTableSize);
  return new SwitchBridge(ofproto, () => clock.now());
}

/** Ports of one bridge, in memory. */
function createPorts(
  options: BridgeOptions,
  bridge: SwitchBridge,
  ports: SwitchPortTable,
  log: Log,
): void {
  const portLog = moduleLog(log, 'netdev_dummy');
  for (const port of portOptions(options.ports ?? 0, ports.countEver)) {
    const { name, peer } = port;
    if (peer !== undefined) ports.addPatch(bridge, name, peer, port);
    else ports.add(bridge, (number) => new MemoryPort({ name, number, log: portLog }), port);
  }
}

/** Checked before the first port is made: a port is a ring of 8 kB. */
function portOptions(
  ports: number | readonly (string | PortOptions)[],
  taken: number,
): readonly PortOptions[] {
  const count = typeof ports === 'number' ? ports : ports.length;
  if (!Number.isInteger(count) || count < 0 || count > PORTS_MAX) {
    throw new UpcallError(`Cannot add ${count} ports: a bridge has from 0 to ${PORTS_MAX}`);
  }
  if (typeof ports === 'number') {
    return Array.from({ length: count }, (_, i) => ({ name: `p${taken + i + 1}` }));
  }
  return ports.map((port) => (typeof port === 'string' ? { name: port } : port));
}

interface UdpifParts extends Base {
  readonly masks: MaskTable;
  readonly datapath: EmbeddedDpif;
  readonly translator: OfprotoTranslator;
}

function startUdpif(parts: UdpifParts, options: SwitchOptions): Udpif {
  const { profile, clock, coverage, log, masks, runtime, datapath, translator } = parts;
  const { wrapDpif, wrapTranslator, inspect, costModel } = options;
  const udpif = createUdpif({
    dpif: wrapDpif === undefined ? datapath : wrapDpif(datapath),
    translator: wrapTranslator === undefined ? translator : wrapTranslator(translator),
    clock,
    rng: createRng(options.seed ?? 1),
    coverage,
    log,
    masks,
    profile,
    settings: settingsOf(options.settings ?? {}, profile),
    areMegaflowsEnabled: options.areMegaflowsOn ?? runtime.areMegaflowsEnabled,
    ...(costModel === undefined ? {} : { costModel }),
    ...(inspect === undefined ? {} : { inspect }),
  });
  runtime.add(udpif);
  udpif.setThreads(options.handlers ?? 1, options.revalidators ?? 1);
  return udpif;
}
