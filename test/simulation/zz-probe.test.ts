import { it } from 'vitest';
import { generatePlan } from './plan-generator.js';
import { simulate } from './simulation.js';
import { GroupHit } from '../../src/ofproto/group.js';
import { GroupTable } from '../../src/ofproto/group-table.js';
import { FlowTables } from '../../src/ofproto/flow-tables.js';
import { DatapathMeters } from '../../src/datapath/meter-table.js';
const sum: Record<string, number> = {};
function spy(proto: any, name: string, label = name) {
  const old = proto[name];
  proto[name] = function (...a: any[]) {
    let r; try { r = old.apply(this, a); } catch (x) { sum[label + ' refused'] = (sum[label + ' refused'] ?? 0) + 1; throw x; }
    const k = label + (r === false ? ' false' : r === undefined ? '' : '');
    sum[k] = (sum[k] ?? 0) + 1; return r;
  };
}
spy(GroupHit.prototype, 'credit'); spy(GroupTable.prototype, 'apply', 'group apply'); spy(FlowTables.prototype, 'learn'); spy(FlowTables.prototype, 'add'); spy(DatapathMeters.prototype, 'admit');
it('probe', async () => {
  for (let seed = 1; seed <= 12; seed++) await simulate(generatePlan(seed, 'current'));
  console.log(JSON.stringify(sum, null, 1));
}, 200000);
