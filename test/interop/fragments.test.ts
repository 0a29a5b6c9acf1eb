/**
 * How rules see fragments, in each of the modes that `ovs-ofctl set-frags` sets: ours beside the
 * real one, by traces, datapath flows and counters of rules.
 */

import { afterEach, describe, it } from 'vitest';
import type { FragmentMode } from '../../src/ofproto/ofproto.js';
import { packet } from '../../src/switch-packet.js';
import { CommandTwins } from './command-twins.js';
import { hasOvsPeer } from './ovs-peer.js';

const RULES =
  'priority=9,udp,tp_dst=53,actions=2\n' +
  'priority=8,udp,tp_dst=0,actions=3\n' +
  'priority=7,udp6,tp_src=7,actions=mod_tp_dst:9,2\n' +
  'priority=6,tcp,in_port=2,actions=load:80->NXM_OF_TCP_DST[],mod_nw_tos:4,1\n' +
  'priority=5,ip,nw_frag=later,nw_dst=10.0.0.7,actions=2,3\n' +
  'priority=4,ip,nw_frag=first,nw_dst=10.0.0.7,actions=3,2\n' +
  'priority=3,ipv6,nw_frag=not_later,actions=resubmit(,1)\n' +
  'priority=2,icmp,icmp_type=8,actions=3\n' +
  'priority=0,actions=NORMAL\n' +
  'table=1,udp6,tp_dst=53,actions=3\n' +
  'table=1,priority=0,actions=NORMAL\n';

const FRAGS = ['no', 'first', 'later'] as const;
type Frag = (typeof FRAGS)[number];

interface FragmentFrame {
  readonly port: string;
  readonly data: string;
}

/** A packet of each kind that the rules tell apart, whole or a fragment. */
function frames(frag: Frag): readonly FragmentFrame[] {
  const of = (port: number, text: string): FragmentFrame => {
    const link = `dl_src=50:54:00:00:00:0${port},dl_dst=50:54:00:00:00:0a`;
    const flow = `${text},${link},nw_src=10.0.0.1,nw_ttl=9,nw_frag=${frag}`;
    const data = packet(
      text.includes('6,') ? flow.replace('nw_src=10.0.0.1', 'ipv6_src=::1') : flow,
    );
    return { port: `p${port}`, data: Buffer.from(data).toString('hex') };
  };
  return [
    of(1, 'udp,nw_dst=10.0.0.2,tp_src=1,tp_dst=53'),
    of(1, 'udp,nw_dst=10.0.0.2,tp_src=1,tp_dst=54'),
    of(1, 'tcp,nw_dst=10.0.0.7,tp_src=1,tp_dst=54'),
    of(2, 'tcp,nw_dst=10.0.0.2,tp_src=1,tp_dst=54'),
    of(1, 'icmp,nw_dst=10.0.0.2,icmp_type=8'),
    of(1, 'udp6,ipv6_dst=::2,tp_src=7,tp_dst=53'),
    of(1, 'udp6,ipv6_dst=::2,tp_src=1,tp_dst=53'),
  ];
}

let twins: CommandTwins;

afterEach(() => twins.stop());

describe.skipIf(!hasOvsPeer)('fragments', { timeout: 60_000 }, () => {
  it.each<FragmentMode>(['normal', 'drop', 'nx-match'])(
    'mean the same in mode %s',
    async (mode) => {
      twins = await CommandTwins.start(RULES);
      twins.setFragmentMode(mode);
      for (const { port, data } of FRAGS.flatMap(frames)) {
        await twins.same('ofproto/trace', 'br0', `in_port=${port}`, data);
        await twins.receive(port, data);
      }
      await twins.sameAll('revalidator/wait', 'dpctl/dump-flows', 'dpctl/show -s');
      await twins.purge();
      await twins.same('bridge/dump-flows', 'br0');
    },
  );

  it('are looked at anew when the mode changes', async () => {
    twins = await CommandTwins.start(RULES);
    for (const mode of ['drop', 'nx-match', 'normal', 'drop'] as const) {
      for (const { port, data } of FRAGS.flatMap(frames)) await twins.receive(port, data);
      twins.setFragmentMode(mode);
      await twins.sameAll('revalidator/wait', 'dpctl/dump-flows');
    }
  });
});
