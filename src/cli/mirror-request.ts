/**
 * A mirror as `upcall run` is asked for it: its name, and settings that are named after the columns
 * of Open vSwitch's Mirror table: `m0,select-src-port=p1+p2,output-port=p3`.
 */

import type { MirrorColumns } from '../switch-mirror.js';
import { SettingList } from './setting-list.js';
import { UsageError } from './usage-error.js';

const SETTINGS: readonly string[] = [
  'select-all',
  'select-src-port',
  'select-dst-port',
  'select-vlan',
  'output-port',
  'output-vlan',
  'snaplen',
];
const SNAPLEN = { min: 14, max: 65_535 };
const OUTPUT_VLAN = { min: 1, max: 4095 };

/** Throws a `UsageError`. */
export function parseMirrorRequest(text: string): MirrorColumns {
  const [name = '', ...words] = text.split(',');
  if (name === '' || name.includes('=')) {
    throw new UsageError(`Cannot use --mirror "${text}": expected NAME,SETTING=VALUE,…`);
  }
  const settings = new SettingList({ option: 'mirror', text, words, known: SETTINGS });
  const outputPort = settings.text('output-port');
  const outputVlan = settings.integer('output-vlan', OUTPUT_VLAN);
  if (outputPort === undefined && outputVlan === undefined) {
    throw settings.error('expected output-port or output-vlan');
  }
  return {
    name,
    selectAll: settings.flag('select-all'),
    selectSrcPort: settings.names('select-src-port'),
    selectDstPort: settings.names('select-dst-port'),
    selectVlan: settings.vlans('select-vlan'),
    outputPort,
    outputVlan,
    snaplen: settings.integer('snaplen', SNAPLEN),
  };
}
