/**
 * What `ovs-ofctl` says of patch ports, and does to them: of ours as of Open vSwitch's.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ofpPort } from '../../src/base/brands.js';
import { OpenFlowTwins, VERSION_NAMES } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const FRAME = '505400000002505400000001123400000000';

describe.skipIf(!hasOvsPeer)('ovs-ofctl, of patch ports', () => {
  let twins: OpenFlowTwins;

  beforeAll(async () => {
    twins = await OpenFlowTwins.start();
    for (const [name, peer, number] of [
      ['t10', 't11', 10],
      ['t11', 't10', 11],
    ] as const) {
      const settings = ['type=patch', `options:peer=${peer}`, `ofport_request=${number}`];
      const words = ['add-port', 'br0', name, '--', 'set', 'interface', name, ...settings];
      twins.theirs.configure(...words);
      twins.ours.sw.addPatchPort(name, peer, { number: ofpPort(number) });
    }
    await same('OpenFlow13', 'add-flow', 'SWITCH', 'in_port=11,actions=output:2');
  });

  afterAll(() => twins.stop());

  async function same(...words: Parameters<OpenFlowTwins['run']>): Promise<string> {
    const { ours, theirs } = await twins.run(...words);
    expect(ours).toBe(theirs);
    return ours;
  }

  it.each(VERSION_NAMES)('counts what crosses, in %s', async (version) => {
    await same(version, 'packet-out', 'SWITCH', `in_port=controller,packet=${FRAME},actions=10`);
    expect(await same(version, 'dump-ports', 'SWITCH', '10')).toMatch(/tx pkts=[1-9]/);
    expect(await same(version, 'dump-ports', 'SWITCH', '11')).toMatch(/rx pkts=[1-9]/);
    expect(await same(version, 'dump-flows', 'SWITCH')).toMatch(/n_packets=[1-9]/);
  });

  it('describes them', async () => {
    await same('OpenFlow15', 'dump-ports-desc', 'SWITCH', '10');
  });

  it('lets nothing through a port that does not forward', async () => {
    await same('OpenFlow13', 'mod-port', 'SWITCH', 't10', 'no-forward');
    await same('OpenFlow13', 'packet-out', 'SWITCH', `in_port=3,packet=${FRAME},actions=10`);
    await same('OpenFlow13', 'dump-ports', 'SWITCH', '10');
    await same('OpenFlow13', 'dump-ports', 'SWITCH', '11');
  });
});
