/**
 * The real `ovs-ofctl`, for commands that need no switch. Where it is missing, tests are left out
 * and say so; in CI that is a failure.
 */

import { spawnSync } from 'node:child_process';

const OUTPUT_SIZE_MAX = 1 << 28;

export interface OvsOfctlResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `ovs-ofctl` with arguments. */
export function runOvsOfctl(args: readonly string[]): OvsOfctlResult {
  const options = { encoding: 'utf8', maxBuffer: OUTPUT_SIZE_MAX } as const;
  const { status, stdout, stderr } = spawnSync('ovs-ofctl', args, options);
  return { status, stdout, stderr };
}

export const hasOvsOfctl = runOvsOfctl(['--version']).status === 0;

if (!hasOvsOfctl) {
  const message = 'no ovs-ofctl: apt-get install openvswitch-common';
  if (process.env['CI'] !== undefined) throw new Error(`Cannot compare with OVS: ${message}`);
  process.stderr.write(`Left out: tests beside ovs-ofctl; ${message}\n`);
}
