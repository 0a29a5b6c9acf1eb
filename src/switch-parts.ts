/**
 * The parts of a switch, made and joined: from `SwitchOptions` to a datapath with ports, bridges
 * with rules, a translator and a udpif.
 *
 * Owner: `Switch`.
 */

import { createUdpif, type Udpif } from './actors/udpif.js';
import { odpPort, ofpPort } from './base/brands.js';
import { type Clock, SystemClock } from './base/clock.js';
import { Coverage } from './base/coverage.js';
import { UpcallError } from './base/errors.js';
import { type Log, moduleLog, silentLog } from './base/log.js';
import { createRng } from './base/rng.js';
import { EmbeddedDpif } from './datapath/embedded-dpif.js';
import { MaskTable } from './datapath/mask.js';
import { MemoryPort } from './datapath/port.js';
import { currentProfile, findProfile, type Profile } from './machines/profiles.js';
import { OFPP_MAX } from './ofproto/ofpact.js';
import { Ofproto } from './ofproto/ofproto.js';
import { createOfprotoTranslator, type OfprotoTranslator } from './ofproto/ofproto-translator.js';
import { SwitchBridge } from './switch-bridge.js';
import { type BridgeOptions, FLOWS_DEFAULT, type SwitchOptions } from './switch-options.js';
import { SwitchPort } from './switch-ports.js';
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
  readonly ports: readonly SwitchPort[];
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
  const dpifLog = moduleLog(base.log, 'dpif_netdev');
  const datapath = new EmbeddedDpif({
    ...base,
    name: DATAPATH_NAME,
    masks,
    vlanLimit,
    log: dpifLog,
  });
  const bridges: SwitchBridge[] = [];
  const ports: SwitchPort[] = [];
  for (const [index, bridgeOptions] of (options.bridges ?? [options]).entries()) {
    const name = bridgeOptions.name ?? `br${index}`;
    const bridge = createBridge(name, vlanLimit, datapath, base);
    if (bridges.some((other) => other.name === bridge.name)) {
      throw new UpcallError(`Cannot add bridge "${bridge.name}": the name is taken`);
    }
    ports.push(...createPorts(bridgeOptions, bridge, { datapath, log: base.log }, ports.length));
    bridge.addMeters(bridgeOptions.meters ?? '');
    bridge.addGroups(bridgeOptions.groups ?? '');
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
  const udpif = startUdpif({ ...base, masks, datapath, translator }, options);
  return { ...base, datapath, bridges, ports, translator, udpif };
}

function profileOf({ profile = currentProfile }: SwitchOptions): Profile {
  return typeof profile === 'string' ? findProfile(profile) : profile;
}

function createBridge(
  name: string,
  vlanLimit: number,
  { meters }: EmbeddedDpif,
  base: Base,
): SwitchBridge {
  const { clock, coverage, profile } = base;
  const ofproto = new Ofproto({ name, clock, coverage, meters });
  ofproto.vlanLimit = vlanLimit;
  ofproto.macs.setEntriesMax(profile.defaults.macTableSize);
  return new SwitchBridge(ofproto, () => clock.now());
}

/** Ports of one bridge; their datapath numbers follow `taken`, the ports that there are. */
function createPorts(
  options: BridgeOptions,
  bridge: SwitchBridge,
  { datapath, log }: Pick<SwitchParts, 'datapath' | 'log'>,
  taken: number,
): readonly SwitchPort[] {
  const names = portNames(options.ports ?? 0, taken);
  const portLog = moduleLog(log, 'netdev_dummy');
  return names.map((name, i) => {
    const number = ofpPort(i + 1);
    const memory = new MemoryPort({ name, number: odpPort(taken + i + 1), log: portLog });
    bridge.ofproto.addPort({ name, ofpPort: number, odpPort: memory.number });
    if (datapath.addPort(memory) !== undefined) {
      throw new UpcallError(`Cannot add port "${name}": the name is taken; names are the switch's`);
    }
    return new SwitchPort(memory, bridge.name, number);
  });
}

/** Checked before the first port is made: a port is a ring of 8 kB. */
function portNames(ports: number | readonly string[], taken: number): readonly string[] {
  const count = typeof ports === 'number' ? ports : ports.length;
  if (!Number.isInteger(count) || count < 0 || count > PORTS_MAX) {
    throw new UpcallError(`Cannot add ${count} ports: a bridge has from 0 to ${PORTS_MAX}`);
  }
  if (typeof ports !== 'number') return ports;
  return Array.from({ length: count }, (_, i) => `p${taken + i + 1}`);
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
    log: moduleLog(log, 'ofproto_dpif_upcall'),
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
