/**
 * A flow that goes with its group or its meter: what our switch tells of it, in each version of
 * OpenFlow, is what a real `ovs-vswitchd` tells.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMessage, type OfpMessage } from '../../src/openflow/message.js';
import { OF13, OFP_VERSIONS, type OfpVersion } from '../../src/openflow/protocol.js';
import { mask, OpenFlowTwins, ofctl } from './openflow-twins.js';
import { hasOvsOfctl, runOvsOfctl } from './ovs-ofctl.js';
import { hasOvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

const GROUP = 'group_id=7,type=all,bucket=output:1';
const METER = 'meter=7,kbps,bands=type=drop,rate=9';
/** Times that it is asked whether something was told. */
const TURNS_MAX = 50;
const CHANGES = {
  group: { add: ['add-group', GROUP], delete: ['del-groups', 'group_id=7'] },
  meter: { add: ['add-meter', METER], delete: ['del-meters', 'meter=7'] },
} as const;

/** Adds flows that use a group or meter, deletes it, and has what was told meanwhile printed. */
async function removal(
  target: string,
  version: OfpVersion,
  kind: keyof typeof CHANGES,
): Promise<string> {
  const listener = await RawOpenFlow.connect(target.replace('unix:', ''), version);
  const hear = encodeMessage(version, 'set_config', 3, (body) => body.u16(0).u16(128));
  await listener.send(hear);
  const run = ([command, text]: readonly string[]) =>
    ofctl(['-O', 'OpenFlow13', command ?? '', target, text ?? '']);
  await run(CHANGES[kind].add);
  await run(['add-flow', `send_flow_rem,tcp,actions=${kind}:7,output:2`]);
  await run(['add-flow', `priority=3,actions=${kind}:7,output:2`]);
  await run(CHANGES[kind].delete);
  const told: OfpMessage[] = [];
  // Theirs tells it when all its threads have let go of the rule, which may be after the echo.
  for (let turn = 0; turn < TURNS_MAX && !told.some(isRemoval); turn++) {
    told.push(...(await listener.send(encodeMessage(version, 'echo_request', 4))));
  }
  listener.close();
  return mask(
    told
      .filter(({ type }) => type !== 'echo_reply')
      .map(print)
      .join(''),
  );
}

function isRemoval({ type }: OfpMessage): boolean {
  return type === 'flow_removed';
}

function print({ bytes, type }: OfpMessage): string {
  if (type === 'barrier_reply') return '';
  const { stdout } = runOvsOfctl(['ofp-print', Buffer.from(bytes).toString('hex')]);
  return stdout.replace(/duration[\d.]+s/g, 'duration');
}

describe.runIf(hasOvsPeer && hasOvsOfctl)('A flow that goes', { timeout: 60_000 }, () => {
  let twins: OpenFlowTwins;
  beforeAll(async () => {
    twins = await OpenFlowTwins.start();
  });
  afterAll(() => twins?.stop());

  it.each(OFP_VERSIONS)('with its group is told as OVS tells it (version %i)', async (version) => {
    const theirs = await removal(twins.theirs.openFlowTarget, version, 'group');
    const ours = await removal(twins.ours.openFlowTarget, version, 'group');
    expect(theirs.includes('reason=group_delete')).toBe(version >= OF13);
    expect(ours).toBe(theirs);
  });

  it.each(OFP_VERSIONS)('with its meter is told as OVS tells it (version %i)', async (version) => {
    const theirs = await removal(twins.theirs.openFlowTarget, version, 'meter');
    const ours = await removal(twins.ours.openFlowTarget, version, 'meter');
    expect(theirs.includes('reason=meter_delete')).toBe(version > OF13);
    expect(ours).toBe(theirs);
  });
});
