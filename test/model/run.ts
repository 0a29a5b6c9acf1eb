/**
 * `npm run model [-- --json]`: walks every machine against the running slow path, and a flow's life
 * in our switch and in a real `ovs-vswitchd`, and prints what that covered.
 *
 * Ends at the first path that is not followed, with that path and status 1.
 */

import { parseArgs } from 'node:util';
import { UpcallError } from '../../src/base/errors.js';
import { currentProfile } from '../../src/machines/profiles.js';
import { coverageTable, type NamedReport } from '../../src/model/coverage-table.js';
import { runModel } from '../../src/model/run-model.js';
import { FlowLifeOvs } from '../interop/flow-life-ovs.js';
import { hasOvsPeer } from '../interop/ovs-peer.js';
import { createFlowLifeModel } from './flow-life-model.js';
import { FlowLifeSwitch } from './flow-life-switch.js';
import { switchRuns } from './switch-runs.js';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const reports: NamedReport[] = [];
try {
  for (const run of switchRuns) reports.push(await run.run());
  reports.push(await liveInSwitch());
  const real = hasOvsPeer ? await liveInOvs() : undefined;
  if (real !== undefined) reports.push(real);
  if (values.json) console.log(JSON.stringify(reports, undefined, 2));
  else print(real);
} catch (error) {
  if (!(error instanceof UpcallError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function print(real: NamedReport | undefined): void {
  console.log(coverageTable(reports));
  if (real === undefined) return;
  console.log(`Seen in ${real.subject}:`);
  for (const name of real.taken) console.log(`  ${name}`);
}

async function liveInSwitch(): Promise<NamedReport> {
  const model = createFlowLifeModel(currentProfile, { tellsReasons: true });
  return { subject: 'our switch, from outside', ...(await runModel(model, new FlowLifeSwitch())) };
}

async function liveInOvs(): Promise<NamedReport> {
  const model = createFlowLifeModel(currentProfile, { tellsReasons: false });
  const driver = new FlowLifeOvs();
  try {
    const report = await runModel(model, driver, { thoroughness: 'transitions' });
    return { subject: 'ovs-vswitchd --enable-dummy', ...report };
  } finally {
    driver.stop();
  }
}
