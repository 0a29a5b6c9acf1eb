/**
 * A port as `upcall run` is asked for it: `[NAME=]TYPE:DEVICE`, or the name of an interface.
 *
 * `p1=tap:tap0` is a TAP device, `p2=eth:veth1` and `eth0` are interfaces that exist, `dummy:p3` is
 * in memory. Without a name of its own a port is called like its device.
 */

import { UsageError } from './usage-error.js';

export type PortType = 'tap' | 'eth' | 'dummy';

export interface PortRequest {
  readonly name: string;
  readonly type: PortType;
  /** The interface's name. */
  readonly device: string;
}

const TYPES: readonly PortType[] = ['tap', 'eth', 'dummy'];

/** Throws a `UsageError`. */
export function parsePortRequest(text: string): PortRequest {
  const [, named, rest = ''] = /^(?:([^=:]+)=)?(.*)$/s.exec(text) ?? [];
  const colon = rest.indexOf(':');
  const word = colon < 0 ? 'eth' : rest.slice(0, colon);
  const type = TYPES.find((known) => known === word);
  const device = rest.slice(colon + 1);
  if (type !== undefined && device !== '') return { name: named ?? device, type, device };
  const form = 'expected [NAME=]tap:DEVICE, [NAME=]eth:INTERFACE, dummy:NAME or an interface';
  throw new UsageError(`Cannot use --port "${text}": ${form}`);
}
