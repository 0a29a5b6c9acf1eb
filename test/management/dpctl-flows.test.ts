/** `dpctl/add-flow` and its like: flows put, changed and taken by hand. */

import { describe, expect, it } from 'vitest';
import { packet } from '../../src/switch-packet.js';
import { createCommandSwitch } from './command-switch.js';

const UFID = 'ufid:01234567-89ab-cdef-0123-456789abcdef';
const FLOW = 'in_port(1),eth(),eth_type(0x1234)';
const STATS = 'packets:0, bytes:0, used:never';

/** A switch whose revalidators leave flows alone. */
async function createPaused() {
  const created = createCommandSwitch();
  await created.run('revalidator/pause');
  return created;
}

describe('dpctl/add-flow', () => {
  it('adds a flow', async () => {
    const { run } = await createPaused();
    expect(await run('dpctl/add-flow', FLOW, '2,3')).toBe('');
    expect(await run('dpctl/dump-flows', 'pmd=-1')).toBe(
      `recirc_id(0),${FLOW}, ${STATS}, actions:2,3\n`,
    );
  });

  it('forwards by it', async () => {
    const { run, sw, inject } = await createPaused();
    await run('dpctl/add-flow', 'embedded@ovs-embedded', FLOW, '3');
    inject(1, packet('dl_type=0x1234'));
    expect(sw.port(3).stats.txPackets).toBe(1);
    expect(sw.port(2).stats.txPackets).toBe(0);
  });

  it('takes an id, and ports by name', async () => {
    const { run } = await createPaused();
    expect(await run('dpctl/add-flow', '-s', `${UFID} in_port(p2),eth()`, 'drop')).toBe(
      `${STATS}\n`,
    );
    expect(await run('dpctl/get-flow', UFID)).toBe(
      `recirc_id(0),in_port(2),eth(), ${STATS}, actions:drop\n`,
    );
  });

  it.each([
    [['in_port(3),nope', '2'], 'parsing flow key (syntax error at nope) (Invalid argument)'],
    [[FLOW, 'zork'], 'parsing actions (Invalid argument)'],
    [['in_port(2)', '3'], 'updating flow table (Invalid argument)'],
    [['in_port(2/0xff),eth(),eth_type(0x1235)', '2'], 'updating flow table (Invalid argument)'],
    [['in_port(2),eth_type(0x0800)', '3'], 'updating flow table (Invalid argument)'],
    [
      ['in_port(2),eth(),eth_type(0x0800),ipv4(),tcp()', '3'],
      'updating flow table (Invalid argument)',
    ],
    [['nope', FLOW, '3'], 'datapath not found (Invalid argument)'],
  ])('refuses %j', async (args, answer) => {
    const { refusal } = await createPaused();
    expect(await refusal('dpctl/add-flow', ...args)).toBe(`upcall: ${answer}\n`);
  });

  it('refuses a flow that is there', async () => {
    const { run, refusal } = await createPaused();
    await run('dpctl/add-flow', FLOW, '2');
    expect(await refusal('dpctl/add-flow', FLOW, '2')).toBe(
      'upcall: updating flow table (File exists)\n',
    );
  });
});

describe('dpctl/mod-flow', () => {
  it('changes the flow that such a packet meets', async () => {
    const { run } = await createPaused();
    await run('dpctl/add-flow', FLOW, '2');
    const exact = 'in_port(1),eth(src=00:00:00:00:00:07),eth_type(0x1234)';
    expect(await run('dpctl/mod-flow', '-s', exact, '3')).toBe(`${STATS}\n`);
    expect(await run('dpctl/dump-flows', 'pmd=-1')).toContain(`${FLOW}, ${STATS}, actions:3\n`);
  });

  it('makes one only where it may', async () => {
    const { run, refusal } = await createPaused();
    expect(await refusal('dpctl/mod-flow', FLOW, '3')).toBe(
      'upcall: updating flow table (No such file or directory)\n',
    );
    expect(await run('dpctl/mod-flow', '--may-create', FLOW, '3')).toBe('');
    expect(await refusal('dpctl/mod-flow', '--clear', FLOW, '3')).toBe(
      'upcall: updating flow table (Operation not supported)\n',
    );
  });
});

describe('dpctl/get-flow and del-flow', () => {
  it('find a flow by its id', async () => {
    const { run, refusal, inject } = await createPaused();
    inject(1, packet('udp'));
    inject(1, packet('udp'));
    const verbose = await run('dpctl/dump-flows', '-m', 'pmd=-1');
    const [ufid = ''] = verbose.split(',');
    expect(await run('dpctl/get-flow', '-m', ufid)).toBe(verbose);
    expect(await run('dpctl/del-flow', '-s', ufid)).toMatch(
      /^packets:1, bytes:106, used:0.000s\n$/,
    );
    expect(await refusal('dpctl/get-flow', ufid)).toBe(
      'upcall: getting flow (No such file or directory)\n',
    );
  });

  it('delete by key', async () => {
    const { run } = await createPaused();
    await run('dpctl/add-flow', FLOW, '2');
    expect(await run('dpctl/del-flow', FLOW)).toBe('');
    expect(await run('dpctl/dump-flows')).toBe('');
  });

  it.each([
    ['dpctl/del-flow', 'zork', 'syntax error at zork (Invalid argument)\n'],
    ['dpctl/del-flow', 'ufid:zork', 'parsing flow ufid (Invalid argument)\n'],
    [
      'dpctl/del-flow',
      FLOW,
      'deleting flow (No such file or directory)\nPerhaps you need to specify a UFID?\n',
    ],
  ])('%s %s is refused', async (command, word, answer) => {
    const { refusal } = await createPaused();
    expect(await refusal(command, word)).toBe(`upcall: ${answer}`);
  });

  it('complain of what is no id', async () => {
    const { run } = await createPaused();
    expect(await run('dpctl/get-flow', 'zork')).toBe('upcall: parsing flow ufid\n');
  });

  it('delete all', async () => {
    const { run, sw } = await createPaused();
    await run('dpctl/add-flow', FLOW, '2');
    expect(await run('dpctl/del-flows')).toBe('');
    expect(sw.megaflows()).toEqual([]);
  });
});

describe('dpctl/normalize-actions', () => {
  const FLOOD = 'in_port(1),eth()';
  const SHOWN = 'in_port(1),eth(src=00:00:00:00:00:00,dst=00:00:00:00:00:00)';

  it('sorts outputs that follow one another', async () => {
    const { run } = createCommandSwitch();
    const set = 'set(eth(src=00:00:00:00:00:01))';
    expect(await run('dpctl/normalize-actions', FLOOD, `3,2,${set},9,8`)).toBe(
      `input flow: ${SHOWN}\nno vlan: no mpls: 2,3,${set},8,9\n`,
    );
  });

  it('groups by the tags that a packet leaves with', async () => {
    const { run } = createCommandSwitch();
    const flow =
      'in_port(1),eth(),eth_type(0x8100),vlan(vid=3,pcp=1),encap(eth_type(0x800),ipv4())';
    const actions =
      '3,2,pop_vlan,1,push_vlan(vid=5,pcp=1),4,push_vlan(tpid=0x88a8,vid=7,pcp=0),6,5';
    expect(await run('dpctl/normalize-actions', flow, actions)).toBe(
      `input flow: ${SHOWN},eth_type(0x8100),vlan(vid=3,pcp=1),encap(eth_type(0x0800),` +
        'ipv4(src=0.0.0.0,dst=0.0.0.0,proto=0,tos=0,ttl=0,frag=no))\n' +
        'no vlan: no mpls: 1vlan(vid=3,pcp=1): no mpls: 2,3vlan(vid=5,pcp=1): no mpls: 4' +
        'vlan(tpid=0xa888,vid=7,pcp=0): vlan(vid=5,pcp=1): no mpls: 5,6\n',
    );
  });

  it('says what it has read to who asks for more', async () => {
    const { run } = createCommandSwitch();
    expect(await run('dpctl/normalize-actions', '-m', FLOOD, 'drop')).toBe(
      `input flow: ${SHOWN}\ninput actions: drop\nno vlan: no mpls: drop\n`,
    );
  });

  it.each([
    ['zork', '3', 'upcall: odp_flow_key_from_string (syntax error at zork) (Invalid argument)\n'],
    [
      'in_port(1)',
      'zork',
      'input flow: in_port(1)\nupcall: odp_actions_from_string (Invalid argument)\n',
    ],
  ])('refuses %s %s', async (flow, actions, answer) => {
    const { refusal } = createCommandSwitch();
    expect(await refusal('dpctl/normalize-actions', flow, actions)).toBe(answer);
  });
});
