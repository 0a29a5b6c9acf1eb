import { describe, expect, it } from 'vitest';
import { encodeNicira, NiciraType } from '../../src/openflow/nicira.js';
import { OF10, OF13, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { createBench, TestPeer } from './test-peer.js';

const FRAME = Buffer.from(
  '02000000000b02000000000a08004500001c0000000040110000c0a80001c0a80002003500350008000000000000',
  'hex',
);
/** What stands in front of the properties: header, vendor and subtype. */
const HEAD_SIZE = 16;

/** A controller that gets packet-ins of Nicira's second form. */
function controller(version: OfpVersion, flows: string): TestPeer {
  const peer = new TestPeer(version, createBench(flows), { isService: false });
  peer.send(encodeNicira(version, NiciraType.SET_PACKET_IN_FORMAT, 1, (body) => body.u32(2)));
  return peer;
}

/** Lets a frame in; the properties of the packet-in that comes of it. */
async function packetIn(peer: TestPeer): Promise<Uint8Array> {
  peer.bench.sw.inject(1, FRAME);
  await peer.bench.sw.settled();
  const [message] = peer.take();
  return message?.bytes.slice(HEAD_SIZE) ?? new Uint8Array(0);
}

function resume(peer: TestPeer, properties: Uint8Array): Uint8Array {
  return encodeNicira(peer.version, NiciraType.RESUME, 9, (body) => body.bytes(properties));
}

/** The ports that frames leave through from now on. */
function watchPorts(peer: TestPeer): string[] {
  const names: string[] = [];
  peer.bench.sw.transmitted.subscribe((batch) => names.push(...batch.map(({ port }) => port.name)));
  return names;
}

describe('NXT_RESUME', () => {
  it.each([OF10, OF13, OF15] as const)(
    'lets a packet of version %d go on where it waits',
    async (version) => {
      const flows =
        'table=0,udp,actions=load:5->NXM_NX_REG0[],push:NXM_NX_REG0[],resubmit(,3)\n' +
        'table=3,actions=controller(pause),pop:NXM_NX_REG1[],resubmit(,1)\n' +
        'table=1,reg0=5,reg1=5,actions=output:2';
      const peer = controller(version, flows);
      const ports = watchPorts(peer);
      const waiting = await packetIn(peer);
      expect(ports).toEqual([]);
      expect(peer.errorsOf(resume(peer, waiting))).toEqual([]);
      await peer.bench.sw.settled();
      expect(ports).toEqual(['p2']);
    },
  );

  it('goes on to another table, and carries out the set', async () => {
    const flows =
      'table=0,udp,actions=controller(pause),write_actions(output:2),goto_table:1\n' +
      'table=1,actions=load:1->NXM_NX_REG0[]';
    const peer = controller(OF13, flows);
    const ports = watchPorts(peer);
    expect(peer.errorsOf(resume(peer, await packetIn(peer)))).toEqual([]);
    await peer.bench.sw.settled();
    expect(ports).toEqual(['p2']);
  });

  it('refuses what is of no bridge, and what it cannot read', () => {
    const peer = controller(OF13, '');
    expect(peer.errorsOf(resume(peer, new Uint8Array(0)))).toEqual(['NXR_STALE']);
    expect(peer.errorsOf(resume(peer, Uint8Array.of(0, 99, 0, 8, 0, 0, 0, 0)))).toEqual([
      'OFPBPC_BAD_TYPE',
    ]);
  });

  it('is not for secondaries', async () => {
    const peer = controller(OF13, 'udp,actions=controller(pause),output:2');
    const waiting = await packetIn(peer);
    peer.ask('role_request', (body) => body.u32(3).zeros(4).u64(1n));
    expect(peer.errorsOf(resume(peer, waiting))).toEqual(['OFPBRC_IS_SECONDARY']);
  });
});
