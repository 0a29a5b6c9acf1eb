/**
 * Group-mods, meter-mods and requests about them that make no sense: a real `ovs-vswitchd` answers
 * the errors that `test/openflow/` expects of ours.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GROUP_CASES } from '../openflow/group-mod-cases.js';
import { METER_CASES, STATS_CASES } from '../openflow/meter-mod-cases.js';
import type { RefusedCase } from '../openflow/refused-case.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

const PROTOCOLS = [0, 1, 2, 3, 4, 5].map((minor) => `OpenFlow1${minor}`).join();

describe.runIf(hasOvsPeer)('ovs-vswitchd', () => {
  let peer: OvsPeer;
  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: 3, protocols: PROTOCOLS });
  });
  afterAll(() => peer?.stop());

  async function errorsOf({ version, bytes }: RefusedCase): Promise<readonly string[]> {
    const raw = await RawOpenFlow.connect(peer.openFlowTarget.replace('unix:', ''), version);
    const errors = await raw.errorsOf(bytes);
    raw.close();
    return errors;
  }

  it.each(GROUP_CASES)('answers $error to a group-mod with $name', async (refused) => {
    expect(await errorsOf(refused)).toEqual([refused.error].flatMap((error) => error ?? []));
  });

  it.each(METER_CASES)('answers $error to a meter-mod with $name', async (refused) => {
    expect(await errorsOf(refused)).toEqual([refused.error].flatMap((error) => error ?? []));
  });

  it.each(STATS_CASES)('answers $error to a request for $name', async (refused) => {
    expect(await errorsOf(refused)).toEqual([refused.error].flatMap((error) => error ?? []));
  });
});
