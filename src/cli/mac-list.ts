/**
 * A list of MAC addresses and where they are: what `ovs-appctl fdb/show` prints, or lines of port,
 * VLAN and address.
 */

import { ofpPort } from '../base/brands.js';
import { UpcallError } from '../base/errors.js';
import type { MacSighting } from '../ofproto/mac-learning.js';
import type { PortNumber } from '../ofproto/ofpact.js';
import { parseEthernet } from '../packet/address-parse.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import type { NamedText } from './bridge-files.js';

const HEAD = /^\s*port\s+VLAN\s+MAC\b/;
const VLAN_MAX = 4095;

/** Throws an `UpcallError` for a line that tells no address. */
export function readMacList(list: NamedText | undefined, ports: PortNumber): MacSighting[] {
  const lines = list?.text.split('\n') ?? [];
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || HEAD.test(line)) return [];
    const sighting = readLine(line, ports);
    if (sighting !== undefined) return [sighting];
    const place = `${list?.path}:${index + 1}`;
    throw new UpcallError(`Cannot read addresses at ${place}: expected port, VLAN and address`);
  });
}

function readLine(line: string, ports: PortNumber): MacSighting | undefined {
  const [portText = '', vlanText = '', address = ''] = line.trim().split(/\s+/);
  const port = parseOfpPort(portText) ?? ports(portText);
  const bytes = parseEthernet(address);
  const vlan = Number(vlanText);
  if (port === undefined || bytes === undefined || !(vlan >= 0 && vlan <= VLAN_MAX))
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [high, low] = [view.getUint16(0), view.getUint32(2)];
  return { high, low, vlan, port: ofpPort(port), isGratuitousArp: false };
}
