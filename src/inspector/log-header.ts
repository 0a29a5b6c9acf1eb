/**
 * The first line of a log, from a switch.
 */

import { drawJson } from '../machines/drawing.js';
import { machines } from '../machines/registry.js';
import type { Switch } from '../switch.js';
import { LOG_VERSION, type LogHeader } from './log-entry.js';

/** What a switch does not know of itself. */
export interface LogTitle {
  /** What the log is of: a capture's name. Default: "live". */
  readonly title?: string;
  /** The package's version. Default: "unknown". */
  readonly program?: string;
  /** ISO 8601; left out where recordings shall be the same each time. */
  readonly recordedAt?: string;
}

export function createHeader(target: Switch, titles: LogTitle): LogHeader {
  const { title = 'live', program = 'unknown', recordedAt } = titles;
  const { profile, bridges, ports, clock } = target;
  return {
    upcall: 'event log',
    version: LOG_VERSION,
    program,
    title,
    profile: profile.name,
    ukeyMachine: profile.ukeyLife === 'states' ? 'ukey' : 'ukey-2014',
    machines: Object.fromEntries(machines.map(({ name, machine }) => [name, drawJson(machine)])),
    bridges: bridges.map(({ name }) => name),
    ports: ports.map(({ name, bridge, datapathNumber, number }) => ({
      name,
      bridge,
      odp: datapathNumber,
      ofp: number,
    })),
    startedAt: clock.now(),
    ...(recordedAt === undefined ? {} : { recordedAt }),
  };
}
