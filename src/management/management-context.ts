/**
 * What all operators' commands share: the switch, and how this program is called.
 */

import type { OdpPort } from '../base/brands.js';
import { odpPort } from '../base/brands.js';
import type { Switch } from '../switch.js';
import type { SwitchBridge } from '../switch-bridge.js';
import { CommandError } from './command.js';

export interface ManagementContext {
  readonly sw: Switch;
  /** The name that messages and the socket have. */
  readonly program: string;
  /** Of the package. */
  readonly version: string;
}

/** Throws `sentence` where there is no such bridge. */
export function findBridge(
  { sw }: ManagementContext,
  name: string,
  sentence = 'no such bridge',
): SwitchBridge {
  const found = sw.bridges.find((bridge) => bridge.name === name);
  if (found === undefined) throw new CommandError(sentence);
  return found;
}

/** The bridge of that name; without one, all of them. */
export function bridgesNamed(
  context: ManagementContext,
  name: string | undefined,
): readonly SwitchBridge[] {
  return name === undefined ? context.sw.bridges : [findBridge(context, name)];
}

/** The name of a datapath port; undefined: there is none of that number. */
export function portNameOf({ sw }: ManagementContext): (port: OdpPort) => string | undefined {
  return (number) => sw.datapath.ports().find((port) => port.number === number)?.name;
}

/** The number of a datapath port, by its name or as digits. */
export function portNumberOf({ sw }: ManagementContext): (text: string) => OdpPort | undefined {
  return (text) => {
    if (/^\d+$/.test(text)) return odpPort(Number(text));
    return sw.datapath.ports().find((port) => port.name === text)?.number;
  };
}
