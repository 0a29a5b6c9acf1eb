/**
 * The port of the inspector, as options have it.
 */

import { INSPECTOR_PORT } from '../inspector/wire.js';
import type { Arguments, ValueRange } from './arguments.js';

export const PORT_HELP = `port of loopback for the page (default: ${INSPECTOR_PORT}; 0: any)`;

const PORTS: ValueRange = { min: 0, max: 0xffff };

/** The value of `--inspect[=PORT]`; undefined where it was not given. */
export function readInspectPort(args: Arguments): number | undefined {
  if (args.text('inspect') === '') return INSPECTOR_PORT;
  return args.integer('inspect', PORTS);
}

/** The value of `--port PORT`. */
export function readPort(args: Arguments): number {
  return args.integer('port', PORTS) ?? INSPECTOR_PORT;
}
