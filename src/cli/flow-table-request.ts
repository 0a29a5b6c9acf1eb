/**
 * What `upcall run` is told of a flow table: its number, and settings that are named after the
 * columns of Open vSwitch's Flow_Table table: `0,flow-limit=1000`.
 */

import { TABLE_MAX } from '../ofproto/ofpact.js';
import type { FlowTableColumns } from '../switch-options.js';
import { SettingList } from './setting-list.js';
import { UsageError } from './usage-error.js';

const SETTINGS: readonly string[] = ['flow-limit', 'bridge'];
const FLOW_LIMIT = { min: 0, max: 0xffff_ffff };

export interface FlowTableRequest extends FlowTableColumns {
  readonly table: number;
  readonly bridge: string | undefined;
}

/** Throws a `UsageError`. */
export function parseFlowTableRequest(text: string): FlowTableRequest {
  const [number = '', ...words] = text.split(',');
  const table = /^\d+$/.test(number) ? Number(number) : Number.NaN;
  if (!(table <= TABLE_MAX)) {
    const form = `TABLE,flow-limit=N, with a table from 0 to ${TABLE_MAX}`;
    throw new UsageError(`Cannot use --flow-table "${text}": expected ${form}`);
  }
  const settings = new SettingList({ option: 'flow-table', text, words, known: SETTINGS });
  return {
    table,
    bridge: settings.text('bridge'),
    flowLimit: settings.integer('flow-limit', FLOW_LIMIT),
  };
}
