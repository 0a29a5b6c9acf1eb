/**
 * A flow's life in the real Open vSwitch is the one that our model has, and that our switch lives.
 */

import { afterAll, describe, expect, it } from 'vitest';
import { currentProfile } from '../../src/machines/profiles.js';
import { describeModel } from '../../src/model/describe-model.js';
import { pathsOf } from '../../src/model/paths.js';
import { runPath } from '../../src/model/run-model.js';
import { createFlowLifeModel } from '../model/flow-life-model.js';
import { FlowLifeOvs } from './flow-life-ovs.js';
import { hasOvsPeer } from './ovs-peer.js';

/** 3.1 does not tell why a flow was deleted; 3.4 does, by a probe. */
const sees = { tellsReasons: false };

describe.skipIf(!hasOvsPeer)('ovs-vswitchd', () => {
  const driver = new FlowLifeOvs();
  afterAll(() => driver.stop());

  describeModel({ describe, it }, "lives a flow's life as the model has it", {
    model: createFlowLifeModel(currentProfile, sees),
    driver,
    thoroughness: 'transitions',
  });

  it('does not live it as the seed does, which modifies no flow in place (B-17)', async () => {
    const seed = createFlowLifeModel({ modifyInPlace: false }, sees);
    const redirected = pathsOf(seed).filter(({ name }) => name === 'installed < rule.redirected');
    expect(redirected).not.toEqual([]);
    for (const path of redirected) {
      const run = runPath(seed, driver, path);
      await expect(run).rejects.toThrow('rule.redirected, ends elsewhere');
    }
  });
});
