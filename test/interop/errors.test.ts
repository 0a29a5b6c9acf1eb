/**
 * Messages that make no sense: a real `ovs-vswitchd` answers the errors that `test/openflow/`
 * expects of ours.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CASES } from '../openflow/error-cases.js';
import { FLOW_ERROR_CASES } from '../openflow/flow-error-cases.js';
import { VERSION_NAMES } from './openflow-twins.js';
import { hasOvsPeer, OvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

describe.runIf(hasOvsPeer)('ovs-vswitchd', () => {
  let peer: OvsPeer;
  beforeAll(async () => {
    peer = await OvsPeer.start({ portCount: 3, protocols: VERSION_NAMES.join() });
  });
  afterAll(() => peer?.stop());

  it.each([...ERROR_CASES, ...FLOW_ERROR_CASES])('answers $error to $name', async (refused) => {
    const path = peer.openFlowTarget.replace('unix:', '');
    const raw = await RawOpenFlow.connect(path, refused.version);
    expect(await raw.errorsOf(refused.bytes)).toEqual([refused.error]);
    raw.close();
  });
});
