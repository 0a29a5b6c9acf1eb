/**
 * What `ovs-ofctl` prints while it waits: packet-ins, flow updates, and what a controller and the
 * switch say to each other; on our switch and on a real one, in every version.
 */

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OFP_VERSIONS } from '../../src/openflow/protocol.js';
import { OfctlWatcher } from './ofctl-watcher.js';
import { OpenFlowTwins, VERSION_NAMES, type VersionName, WAYS } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';
import { TalkingController } from './talking-controller.js';

const SWITCH = 'SWITCH';
const FRAME = Buffer.from(
  '02000000000b02000000000a08004500001c0000000040110000c0a80001c0a80002003500350008000000000000',
  'hex',
);

let twins: OpenFlowTwins;
const watchers: OfctlWatcher[] = [];

beforeAll(async () => {
  if (hasOvsPeer) twins = await OpenFlowTwins.start();
});

afterEach(async () => {
  await Promise.all(watchers.splice(0).map((watcher) => watcher.stop()));
  if (hasOvsPeer) await twins.reset();
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

interface WatchedTwins {
  readonly ours: OfctlWatcher;
  readonly theirs: OfctlWatcher;
}

function watch(target: string, version: VersionName, args: readonly string[]): OfctlWatcher {
  const words = args.map((arg) => (arg === SWITCH ? target : arg));
  const watcher = new OfctlWatcher(twins.ours.rundir, version, words);
  watchers.push(watcher);
  return watcher;
}

/** The same command on both, which both are ready to follow. */
async function monitorBoth(version: VersionName, ...args: string[]): Promise<WatchedTwins> {
  const words = ['monitor', SWITCH, ...args];
  const ours = watch(twins.ourTarget, version, words);
  const theirs = watch(twins.theirs.openFlowTarget, version, words);
  await Promise.all([ours.isReady(), theirs.isReady()]);
  return { ours, theirs };
}

/** What both have printed when both show what is looked for, and which must be the same. */
async function same({ ours, theirs }: WatchedTwins, wanted: RegExp): Promise<string> {
  await Promise.all([ours.shows(wanted), theirs.shows(wanted)]);
  // One may still be in the middle of a line.
  await ours.until(() => ours.text === theirs.text);
  expect(ours.text).toBe(theirs.text);
  expect(ours.text).toMatch(wanted);
  return ours.text;
}

/**
 * What both have last told of a port, which must be the same; the real one tells of configuration,
 * liveness and carrier one after the other, as its main loop comes to them.
 */
async function sameState({ ours, theirs }: WatchedTwins, wanted: RegExp): Promise<void> {
  const last = ({ text }: OfctlWatcher): string => text.slice(text.lastIndexOf('OFPT_PORT_STATUS'));
  await Promise.all([ours, theirs].map((one) => one.until(() => wanted.test(last(one)))));
  await ours.until(() => last(ours) === last(theirs));
  expect(last(ours)).toBe(last(theirs));
  expect(last(ours)).toMatch(wanted);
}

/** Lets a frame into port 1 of both. */
async function receive(): Promise<void> {
  // Neither has a flow of before, whose packets would be counted later.
  await Promise.all([twins.ours.purge(), twins.theirs.purge()]);
  twins.ours.sw.inject(1, FRAME);
  await twins.ours.sw.settled();
  await twins.theirs.receive([{ port: 1, data: FRAME }]);
}

describe.runIf(hasOvsPeer).each(WAYS)('ovs-ofctl -O %s monitor, by %s', (version, transport) => {
  beforeEach(() => {
    twins.transport = transport;
  });

  it('watch: shows what is there, and every change', async () => {
    await twins.run(version, 'add-flow', SWITCH, 'table=1,priority=1,ip,actions=output:1');
    const both = await monitorBoth(version, 'watch:');
    const changes = [
      ['add-flow', 'priority=7,cookie=5,tcp,tp_dst=80,idle_timeout=9,actions=output:2'],
      ['mod-flows', 'tcp,actions=output:3'],
      ['del-flows', 'tcp'],
      ['add-flow', 'priority=9,icmp,actions=drop'],
    ] as const;
    for (const [command, flow] of changes) await twins.run(version, command, SWITCH, flow);
    const text = await same(both, /icmp/);
    expect(text).toMatch(/INITIAL|ADDED table=1/);
    expect(text).toMatch(/DELETED reason=delete.*tcp/);
  });

  it('watch: of some flows shows those only', async () => {
    await twins.run(version, 'add-flow', SWITCH, 'table=1,priority=1,ip,actions=output:2');
    const both = await monitorBoth(version, 'watch:!initial,!delete,table=1,out_port=2');
    for (const flow of [
      'table=1,tcp,actions=output:1',
      'table=2,arp,actions=output:2',
      'table=1,udp,actions=output:2',
      'table=1,icmp,actions=output:3,output:2',
    ]) {
      await twins.run(version, 'add-flow', SWITCH, flow);
      if (flow.includes('udp')) await twins.run(version, 'del-flows', SWITCH, 'table=1,udp');
    }
    const text = await same(both, /icmp/);
    expect(text).not.toMatch(/ ip|tcp|arp|DELETED/);
  });

  it('watch: without actions leaves them out', async () => {
    const both = await monitorBoth(version, 'watch:!actions');
    await twins.run(version, 'add-flow', SWITCH, 'priority=4,arp,actions=output:2');
    expect(await same(both, /arp/)).not.toContain('actions=');
  });

  it('watch: twice watches twice', async () => {
    const both = await monitorBoth(version, 'watch:table=1', 'watch:table=2,!add');
    for (const table of [1, 2]) {
      await twins.run(version, 'add-flow', SWITCH, `table=${table},udp,actions=output:2`);
    }
    await twins.run(version, 'del-flows', SWITCH, 'table=2,udp');
    await twins.run(version, 'del-flows', SWITCH, 'table=1,udp');
    expect(await same(both, /DELETED.*table=1/)).not.toMatch(/ADDED.*table=2/);
  });

  it('with a length shows packets', async () => {
    for (const flow of [
      'table=0,priority=5,cookie=0x12,udp,actions=controller(max_len=20),resubmit(,1)',
      'table=1,udp,actions=load:7->NXM_NX_REG0[],CONTROLLER:65535',
    ]) {
      await twins.run(version, 'add-flow', SWITCH, flow);
    }
    const both = await monitorBoth(version, '65534');
    await receive();
    const text = await same(both, /PACKET_IN[\s\S]*PACKET_IN[\s\S]*udp/);
    expect(text).toMatch(/in_port=1 \(via action\) data_len=/);
  });

  it.each(['standard', 'nxt_packet_in', 'nxt_packet_in2'])('-P %s shows packets', async (form) => {
    await twins.run(version, 'add-flow', SWITCH, 'udp,actions=controller(userdata=01.02,id=0)');
    const both = await monitorBoth(version, '128', `--packet-in-format=${form}`);
    await receive();
    await same(both, /PACKET_IN[\s\S]*udp/);
  });

  it('resume lets packets go on from where they wait', async () => {
    for (const flow of [
      'table=0,udp,actions=load:5->NXM_NX_REG0[],push:NXM_NX_REG0[],resubmit(,3),output:1',
      'table=3,cookie=0x99,actions=controller(pause,userdata=01.02),pop:NXM_NX_REG1[],resubmit(,1)',
      // Matches of 1.1 have no registers.
      version === 'OpenFlow11' ? 'table=1,udp,actions=2' : 'table=1,reg1=5,actions=output:2',
    ]) {
      await twins.run(version, 'add-flow', SWITCH, flow);
    }
    const both = await monitorBoth(version, '65534', 'resume', '-P', 'nxt_packet_in2');
    await receive();
    const text = await same(both, /send: NXT_RESUME[\s\S]*continuation[\s\S]*udp/);
    expect(text).toMatch(/continuation.bridge=UUID/);
    // The answer to its barrier comes when the packet has gone.
    await Promise.all([both.ours.isReady(), both.theirs.isReady()]);
    const { ours, theirs } = await twins.run(version, 'dump-flows', SWITCH, 'table=1');
    expect(ours).toBe(theirs);
    expect(ours).toContain('n_packets=1');
  });

  it('with a length shows flows that went', async () => {
    const flow = 'priority=5,cookie=0x12,udp,send_flow_rem,hard_timeout=30,actions=output:2';
    await twins.run(version, 'add-flow', SWITCH, flow);
    const both = await monitorBoth(version, '128');
    await receive();
    await twins.run(version, 'del-flows', SWITCH, 'udp');
    await same(both, /FLOW_REMOVED.*reason=delete/);
  });

  it('with a length shows ports that change', async () => {
    const both = await monitorBoth(version, '128');
    await twins.run(version, 'mod-port', SWITCH, 'p2', 'no-forward');
    await twins.run(version, 'mod-port', SWITCH, 'p2', 'forward');
    await same(both, /PORT_STATUS[\s\S]*PORT_STATUS/);
  });

  it('with a length shows ports that are switched off and on', async () => {
    const both = await monitorBoth(version, '128');
    const up = version === 'OpenFlow10' ? /state: +0/ : /state: +LIVE/;
    await twins.setAdminState('p2', 'down');
    await sameState(both, /config: +PORT_DOWN\n +state: +LINK_DOWN/);
    await twins.setAdminState('p2', 'up');
    await sameState(both, up);
    await twins.run(version, 'mod-port', SWITCH, 'p2', 'down');
    await sameState(both, /config: +PORT_DOWN\n +state: +LINK_DOWN/);
    await twins.run(version, 'mod-port', SWITCH, 'p2', 'up');
    await sameState(both, up);
  });
});

describe.runIf(hasOvsPeer).each(OFP_VERSIONS)('ovs-ofctl snoop, version %d', (version) => {
  it('shows what a controller and the switch say', async () => {
    const name = VERSION_NAMES[version - 1] ?? 'OpenFlow13';
    const controllers = [
      await TalkingController.listen(version),
      await TalkingController.listen(version),
    ] as const;
    twins.theirs.configure('set-controller', 'br0', controllers[1].target);
    const dialer = twins.ours.server.connect(controllers[0].target);
    try {
      await Promise.all(controllers.map((controller) => controller.isConnected()));
      const [ours, theirs] = [twins.ours.rundir, twins.theirs.rundir].map((folder) =>
        watch(`unix:${folder}/br0.snoop`, name, ['snoop', SWITCH]),
      ) as [OfctlWatcher, OfctlWatcher];
      // The only sign that somebody is listened to is what he says.
      for (const [controller, watcher] of [
        [controllers[0], ours],
        [controllers[1], theirs],
      ] as const) {
        await controller.talkUntil(() => watcher.text.includes('GET_CONFIG_REPLY'));
        controller.say('barrier_request');
        await watcher.shows(/BARRIER_REPLY/);
      }
      const [a, b] = [ours, theirs].map(({ text }) => text.split('\n').filter(isSaid));
      expect(new Set(a)).toEqual(new Set(b));
      expect(ours.text).toMatch(/GET_CONFIG_REQUEST[\s\S]*GET_CONFIG_REPLY[\s\S]*BARRIER_REPLY/);
    } finally {
      dialer.stop();
      twins.theirs.configure('del-controller', 'br0');
      for (const controller of controllers) controller.close();
    }
  });
});

/** A line that names a message; probes come when they come. */
function isSaid(line: string): boolean {
  return line.startsWith('OFPT_') && !line.startsWith('OFPT_ECHO');
}
