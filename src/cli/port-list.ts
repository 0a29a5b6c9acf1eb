/**
 * A list of a bridge's ports: `1=eth0,2=eth1`, one a line or all in one, or what `ovs-ofctl show`,
 * `dump-ports-desc` or `ovs-appctl dpif/show` print.
 *
 * Only the last says the numbers of datapath ports; else they are those of OpenFlow.
 */

import { UpcallError } from '../base/errors.js';
import { OFPP_LOCAL } from '../ofproto/ofpact.js';
import { parseOfpPort } from '../packet/ofp-port-text.js';
import type { NamedText } from './bridge-files.js';

export interface ListedPort {
  readonly name: string;
  readonly number: number;
  readonly datapathNumber: number;
}

/** ` 1(p1): addr:aa:55:…` */
const OF_OFCTL = /^\s+(\d+|LOCAL)\((.+)\): addr:/;
/** `    p1 1/1: (dummy)` */
const OF_DPIF = /^\s+(\S+) (\d+|LOCAL)\/(\d+): \(/;
/** `1=p1` */
const PAIR = /^(\d+|LOCAL)=(\S+)$/i;
/** Lines of those programs that tell no port. */
const AROUND = new RegExp(
  '^(?:OFPT_|OFPST_|n_tables|capabilities|actions|\\S+: hit:| {2}\\S+:$|' +
    '\\s+(?:config|state|current|advertised|supported|peer|speed):)',
);
/** Where nothing says another number. */
const LOCAL_NUMBER = 0;

/** Throws an `UpcallError` for a line that tells no port. */
export function readPortList({ path, text }: NamedText): ListedPort[] {
  const ports = text.split('\n').flatMap((line, index) => readLine(line, `${path}:${index + 1}`));
  const twice = ports.find((port, i) => ports.findIndex((p) => p.number === port.number) < i);
  if (twice === undefined) return ports;
  throw new UpcallError(`Cannot read ports of "${path}": number ${twice.number} is there twice`);
}

function readLine(line: string, place: string): ListedPort[] {
  const shown = OF_OFCTL.exec(line);
  if (shown !== null) return [portOf(shown[1] ?? '', shown[2] ?? '')];
  const attached = OF_DPIF.exec(line);
  if (attached !== null) {
    const port = portOf(attached[2] ?? '', attached[1] ?? '');
    return [{ ...port, datapathNumber: Number(attached[3]) }];
  }
  if (AROUND.test(line)) return [];
  return line
    .split(/[,\s]+/)
    .filter((word) => word !== '')
    .map((word) => readPair(word, place));
}

function readPair(word: string, place: string): ListedPort {
  const pair = PAIR.exec(word);
  if (pair === null) {
    throw new UpcallError(`Cannot read ports at ${place}: "${word}"; expected a pair like 1=eth0`);
  }
  return portOf(pair[1] ?? '', pair[2] ?? '');
}

function portOf(numberText: string, name: string): ListedPort {
  const number = parseOfpPort(numberText) ?? 0;
  return { name, number, datapathNumber: number === OFPP_LOCAL ? LOCAL_NUMBER : number };
}
