/**
 * Steps, carried out on a world. What cannot be done now (a port that is unplugged already, a flow
 * to steal where there is none) is nothing; a plan stays valid when events are taken out of it.
 */

import type { FlowKey } from '../../src/datapath/flow-key.js';
import { FlowTableError } from '../../src/ofproto/flow-table-error.js';
import { GroupError } from '../../src/ofproto/group-error.js';
import { parseGroupChange } from '../../src/ofproto/group-parse.js';
import { MeterError } from '../../src/ofproto/meter-error.js';
import { frameOf, RUNT } from './frames.js';
import { KeyMap } from './key-map.js';
import type { Switch } from '../../src/switch.js';
import type { SwitchBridge } from '../../src/switch-bridge.js';
import type { Change, FrameChoice, Step } from './plan.js';
import type { World } from './world.js';

type StepOf<Name extends Step['do']> = Extract<Step, { readonly do: Name }>;

/** So many tasks may come before the one that takes a frame from its ring. */
const TASKS_TO_RECEIVE_MAX = 5;
/** More threads than a plan ever asks for: a change that is sure to restart them. */
const OTHER_HANDLERS = 4;

const PERFORM: { readonly [Name in Step['do']]: (world: World, step: StepOf<Name>) => void } = {
  send: (world, step) => {
    for (let i = 0; i < step.count; i++) send(world, step.port, step);
  },
  move: (world, { port, from, to }) => send(world, port, { kind: 'tcp', from, to, id: 1, size: 0 }),
  again: (world, step) => {
    const before = countsOf(world);
    send(world, step.port, step);
    for (let i = 0; i < TASKS_TO_RECEIVE_MAX && isPending(world, step.port); i++) {
      world.clock.runOne();
    }
    for (const { key, stats } of world.flows()) {
      if (stats.packets > (before.get(key) ?? stats.packets)) stealFlow(world, key);
    }
    send(world, step.port, step);
  },
  burst: (world, { port, id, count }) => {
    for (let i = 0; i < count; i++) {
      send(world, port, { kind: 'udp', from: 0, to: 1, id: (id + i) & 0xffff, size: 0 });
    }
  },
  runt: (world, { port }) => inject(world, port, RUNT),
  rule: ({ sw }, step) => unlessRefused(() => change(bridgeOf(sw, step), step)),
  group: ({ sw }, step) => unlessRefused(() => change(bridgeOf(sw, step), step)),
  bundle: ({ sw, faults }, { changes, ...step }) => {
    const bridge = bridgeOf(sw, step);
    const before = rulesOf(sw);
    const isCommitted = unlessRefused(() => {
      bridge.ofproto.transact(() => {
        for (const each of changes) change(bridge, each);
      });
    });
    if (isCommitted) return;
    faults.count('bundle refused');
    if (rulesOf(sw) !== before) throw new Error('a bundle that was refused has changed something');
  },
  meter: ({ sw }, { verb, meter }) => {
    const bridge = sw.bridge();
    unlessRefused(() => {
      if (verb === 'add') bridge.addMeter(meter);
      else if (verb === 'modify') bridge.modifyMeter(meter);
      else bridge.deleteMeters(meter);
    });
  },
  link: ({ sw }, { port, isUp }) => {
    const { bridge, number } = sw.port(port);
    sw.bridge(bridge).ofproto.setPortLive(number, isUp);
  },
  unplug: (world, { port, of }) => {
    if (of !== 'bridge') unplugFromDatapath(world, port);
    if (of !== 'datapath') unplugFromBridge(world, port);
  },
  plug,
  unpatch: ({ cables, faults }, { end }) => {
    if (cables.unplug(end)) faults.count('patch port removed');
  },
  patch: ({ cables }, { end }) => void cables.plug(end),
  repoint: ({ cables, faults }, { end, peer }) => {
    if (cables.repoint(end, peer)) faults.count('patch port re-pointed');
  },
  threads: ({ sw }, { handlers, revalidators }) => sw.udpif.setThreads(handlers, revalidators),
  stop: (world) => {
    world.faults.fail('handlers', 'EBUSY', 1);
    world.sw.udpif.setThreads(OTHER_HANDLERS, 1);
  },
  start: ({ sw }) => {
    if (sw.udpif.actor.getSnapshot().matches('stopped')) sw.udpif.setThreads(1, 2);
  },
  synchronize: ({ sw }) => sw.udpif.synchronize(),
  flush: ({ sw }) => sw.udpif.flush(),
  purge: ({ sw }) => sw.udpif.purge(),
  pause: ({ sw }) => sw.udpif.pause(),
  resume: ({ sw }) => sw.udpif.resume(),
  show: (world) => world.show(),
  limit: ({ sw }, { flows }) => sw.udpif.setFlowLimit(flows),
  setting: ({ settings }, { name, value }) => {
    settings[name] = value;
  },
  megaflows: ({ sw }, { isOn }) => sw.udpif.switchMegaflows(isOn),
  wait: ({ clock }, { ms }) => clock.advance(ms),
  leap: ({ clock }, { ms }) => clock.jump(clock.now() + ms),
  shift: ({ clock }, { ms }) => clock.shift(ms),
  dumps: ({ faults }, { way, times }) => faults.spoilDumps(way, times),
  fail: ({ faults }, { what, error, times }) => faults.fail(what, error, times),
  late: ({ faults }, { way, ms, times }) => faults.delay({ way, ms }, times),
  steal: (world, { nth }) => {
    const flows = world.flows();
    const flow = flows[nth % flows.length];
    if (flow !== undefined) stealFlow(world, flow.key);
  },
  throw: (world, { who, times }) => {
    world.faults.throwFrom(who, times);
    if (who === 'ukey') watchSomeUkey(world);
  },
  slow: ({ costs }, { us }) => {
    costs.dumpedFlowUs = us;
  },
};

export function perform(world: World, step: Step): void {
  // The table has for each name the function that takes its steps.
  const act = PERFORM[step.do] as (world: World, step: Step) => void;
  act(world, step);
}

function bridgeOf({ bridges }: Switch, { bridge = 0 }: { readonly bridge?: number }): SwitchBridge {
  const found = bridges[bridge % bridges.length];
  if (found === undefined) throw new RangeError(`Cannot choose bridge ${bridge}: there is none`);
  return found;
}

function change(bridge: SwitchBridge, step: Change): void {
  if (step.do === 'group') {
    bridge.ofproto.groups.apply(parseGroupChange(step.group, step.verb));
  } else if (step.verb === 'add') bridge.addFlow(step.flow);
  else if (step.verb === 'modify') bridge.modifyFlows(step.flow);
  else bridge.deleteFlows(step.flow);
}

/**
 * All that a bundle could have changed, counters and the other bridges included. Rules of equal
 * priority have no order.
 */
function rulesOf(sw: Switch): string {
  const rules = sw.rules().map((rule) => JSON.stringify(rule));
  return JSON.stringify([rules.sort(), sw.groups()]);
}

/**
 * A rule whose group is not there, a group that is: what the tables refuse changes nothing. Whether
 * they took it.
 */
function unlessRefused(attempt: () => void): boolean {
  try {
    attempt();
    return true;
  } catch (error) {
    const isRefusal =
      error instanceof FlowTableError || error instanceof GroupError || error instanceof MeterError;
    if (!isRefusal) throw error;
    return false;
  }
}

function send(world: World, port: number, choice: FrameChoice): void {
  inject(world, port, frameOf(choice));
}

function stealFlow({ dpif, faults }: World, key: FlowKey): void {
  if (dpif.steal(key)) faults.count('flow stolen');
}

/** Packets of each flow that is there. */
function countsOf(world: World): KeyMap<number> {
  const counts = new KeyMap<number>();
  for (const { key, stats } of world.flows()) counts.set(key, stats.packets);
  return counts;
}

function isPending({ ports }: World, port: number): boolean {
  return (ports[port - 1]?.pendingCount ?? 0) > 0;
}

function inject({ ledger, sw }: World, port: number, frame: Uint8Array): void {
  if (sw.inject(port, frame)) ledger.entered(port, frame.length);
}

/** What waits in the port's ring is lost. */
function unplugFromDatapath({ ledger, ports, sw }: World, number: number): void {
  const port = ports[number - 1];
  if (port === undefined || !sw.datapath.ports().includes(port)) return;
  sw.datapath.removePort(port.number);
  ledger.ringDropped(number, port.stats);
}

function unplugFromBridge({ faults, sw }: World, number: number): void {
  const { bridge, number: ofpPort } = sw.port(number);
  if (sw.bridge(bridge).ofproto.removePort(ofpPort)) faults.count('port unplugged');
}

function plug({ ports, sw }: World, { port: number }: StepOf<'plug'>): void {
  const port = ports[number - 1];
  const { bridge, number: ofpPort, name, datapathNumber } = sw.port(number);
  const { ofproto } = sw.bridge(bridge);
  if (port !== undefined && !sw.datapath.ports().includes(port)) sw.datapath.addPort(port);
  if (ofproto.port(ofpPort) !== undefined) return;
  ofproto.addPort({ name, ofpPort, odpPort: datapathNumber });
}

/** Somebody follows a ukey, and does not bear what it sees. */
function watchSomeUkey({ sw, faults, luck }: World): void {
  const ukeys = [...sw.udpif.ukeys()];
  const ukey = ukeys[luck.below(ukeys.length + 1)];
  ukey?.subscribe(() => faults.mayThrow('ukey'));
}
