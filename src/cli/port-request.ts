/**
 * A port as `upcall run` is asked for it: `[NAME=]TYPE:DEVICE`, or the name of an interface, and
 * what it is told to be.
 *
 * `p1=tap:tap0` is a TAP device, `p2=eth:veth1` and `eth0` are interfaces that exist, `dummy:p3` is
 * in memory, `p4=patch:p5` is the way to the port "p5" of another bridge. Without a name of its own
 * a port is called like its device. Settings follow, named after the columns of Open vSwitch's Port
 * table: `eth1,tag=10`, `eth2,trunks=10+20`; and `bridge=NAME`.
 */

import { PRIORITY_TAGS, VLAN_MODES } from '../ofproto/port-vlan.js';
import { type PortColumns, QINQ_ETH_TYPES } from '../switch-port-settings.js';
import { SettingList } from './setting-list.js';
import { UsageError } from './usage-error.js';

export type PortType = 'tap' | 'eth' | 'dummy' | 'patch';

export interface PortRequest {
  readonly name: string;
  readonly type: PortType;
  /** The interface's name; of a patch port, its peer's. */
  readonly device: string;
  readonly bridge: string | undefined;
  readonly columns: PortColumns;
}

const TYPES: readonly PortType[] = ['tap', 'eth', 'dummy', 'patch'];

/** Settings that are columns of the port. */
export const COLUMN_SETTINGS: readonly string[] = [
  'vlan-mode',
  'tag',
  'trunks',
  'cvlans',
  'protected',
  'priority-tags',
  'qinq-ethtype',
];
const SETTINGS: readonly string[] = [...COLUMN_SETTINGS, 'bridge'];

/** Throws a `UsageError`. */
export function parsePortRequest(text: string): PortRequest {
  const [port = '', ...words] = text.split(',');
  const [, named, rest = ''] = /^(?:([^=:]+)=)?(.*)$/s.exec(port) ?? [];
  const colon = rest.indexOf(':');
  const word = colon < 0 ? 'eth' : rest.slice(0, colon);
  const type = TYPES.find((known) => known === word);
  const device = rest.slice(colon + 1);
  const isNamed = named !== undefined || type !== 'patch';
  if (type === undefined || device === '' || !isNamed) {
    throw new UsageError(`Cannot use --port "${text}": ${FORM}`);
  }
  const settings = new SettingList({ option: 'port', text, words, known: SETTINGS });
  const bridge = settings.text('bridge');
  return { name: named ?? device, type, device, bridge, columns: columnsOf(settings) };
}

const FORM =
  'expected [NAME=]tap:DEVICE, [NAME=]eth:INTERFACE, dummy:NAME, NAME=patch:PEER or an interface';

/** What the port is told to be. */
export function columnsOf(settings: SettingList): PortColumns {
  return {
    vlanMode: settings.choice('vlan-mode', VLAN_MODES),
    tag: settings.vlan('tag'),
    trunks: settings.vlans('trunks'),
    cvlans: settings.vlans('cvlans'),
    protected: settings.flag('protected'),
    priorityTags: settings.choice('priority-tags', PRIORITY_TAGS),
    qinqEthType: settings.choice('qinq-ethtype', QINQ_ETH_TYPES),
  };
}
