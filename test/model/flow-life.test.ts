import { describe, expect, it } from 'vitest';
import { currentProfile } from '../../src/machines/profiles.js';
import { describeModel } from '../../src/model/describe-model.js';
import { runModel } from '../../src/model/run-model.js';
import { createFlowLifeModel } from './flow-life-model.js';
import { FlowLifeSwitch } from './flow-life-switch.js';

describeModel({ describe, it }, "A flow's life in our switch, from outside", {
  model: createFlowLifeModel(currentProfile, { tellsReasons: true }),
  driver: new FlowLifeSwitch(),
});

describe("A flow's life as profile ovs-2.3 has it", () => {
  it('convicts a switch that modifies flows in place (B-17)', async () => {
    const model = createFlowLifeModel({ modifyInPlace: false }, { tellsReasons: true });
    const run = runModel(model, new FlowLifeSwitch(), { thoroughness: 'transitions' });
    await expect(run).rejects.toThrow(/rule\.redirected, ends elsewhere/);
  });
});
