/**
 * What commands without devices are told of their one bridge, in the words of `upcall run`: VLANs
 * of ports (`--port p1,tag=10`), mirrors (`--mirror …`), multicast snooping (`--mcast-snooping-…`).
 *
 * The ports are there already, by name or number; settings, mirrors and snooping read as there.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import type { SwitchBridge } from '../switch-bridge.js';
import type { MirrorColumns } from '../switch-mirror.js';
import type { BridgeSnooping } from '../switch-options.js';
import { type PortColumns, portSettingsOf } from '../switch-port-settings.js';
import type { Arguments } from './arguments.js';
import { bridgeOf } from './bridge-options.js';
import type { OptionSpec } from './command.js';
import { parseMirrorRequest } from './mirror-request.js';
import { columnsOf, COLUMN_SETTINGS } from './port-request.js';
import { SettingList } from './setting-list.js';
import { readSnooping, SNOOPING_OPTIONS } from './snooping-options.js';
import { UsageError } from './usage-error.js';

/** A port, and what it is told to be. */
export interface PortSetup {
  /** Its name, or its number. */
  readonly port: string;
  readonly columns: PortColumns;
}

export interface BridgeSetup {
  readonly ports: readonly PortSetup[];
  readonly mirrors: readonly MirrorColumns[];
  /** Undefined: it does not snoop. */
  readonly snooping: BridgeSnooping | undefined;
}

/** `--mirror`, of commands that have one bridge and those that have several. */
export const MIRROR_OPTION: OptionSpec = {
  name: 'mirror',
  value: 'MIRROR',
  isRepeatable: true,
  help:
    'copy packets: NAME, then ,select-all ,select-src-port=P+P ,select-dst-port=P+P ' +
    ',select-vlan=N+N, and ,output-port=P or ,output-vlan=N; ,snaplen=BYTES ,bridge=NAME',
};

export const BRIDGE_SETUP_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'port',
    value: 'PORT',
    isRepeatable: true,
    help: 'what a port is: NAME or number, then ,tag=N ,trunks=N+N ,vlan-mode=MODE ,protected …',
  },
  MIRROR_OPTION,
  ...SNOOPING_OPTIONS,
];

/** `bridge` is the name of the bridge. Throws a `UsageError`. */
export function readBridgeSetup(args: Arguments, bridge: string): BridgeSetup {
  const mirrors = args.texts('mirror').map((text) => {
    const { bridge: named, ...columns } = parseMirrorRequest(text);
    bridgeOf(named, [bridge], `--mirror "${text}"`);
    return columns;
  });
  const [snooping] = readSnooping(args, [bridge]);
  return { ports: args.texts('port').map(readPort), mirrors, snooping: snooping?.value };
}

function readPort(text: string): PortSetup {
  const [port = '', ...words] = text.split(',');
  if (port === '' || port.includes('=')) {
    throw new UsageError(`Cannot use --port "${text}": expected NAME,SETTING=VALUE,…`);
  }
  const settings = new SettingList({ option: 'port', text, words, known: COLUMN_SETTINGS });
  return { port, columns: columnsOf(settings) };
}

/** The numbers of ports that are told to be something, by number or by a name like "p9". */
export function numberedPorts({ ports }: BridgeSetup): number[] {
  return ports.flatMap(({ port }) => {
    const [, digits] = /^p?(\d{1,4})$/.exec(port) ?? [];
    return digits === undefined ? [] : [Number(digits)];
  });
}

/** Tells the bridge. Throws an `UpcallError` where it lacks a port, or cannot do it. */
export function setUpBridge(bridge: SwitchBridge, setup: BridgeSetup): void {
  for (const { port, columns } of setup.ports) {
    bridge.ofproto.setPort(numberOf(bridge, port), portSettingsOf(columns));
  }
  for (const mirror of setup.mirrors) bridge.setMirror(mirror);
  if (setup.snooping !== undefined) bridge.setMcastSnooping(setup.snooping);
}

function numberOf(bridge: SwitchBridge, port: string): OfpPort {
  const number =
    bridge.portNumber(port) ?? (/^\d+$/.test(port) ? ofpPort(Number(port)) : undefined);
  if (number !== undefined && bridge.ofproto.port(number) !== undefined) return number;
  const names = bridge.ofproto.ports.map(({ name }) => `"${name}"`).join(', ');
  throw new UsageError(`Cannot use --port "${port}": bridge "${bridge.name}" has only ${names}`);
}
