/**
 * OpenFlow of `upcall run`: where controllers and tools reach the bridge, and whom it calls itself.
 *
 * `<rundir>/<bridge>.mgmt` and `.snoop` are Open vSwitch's places: `ovs-ofctl` finds a bridge by
 * its name there.
 */

import { join } from 'node:path';
import type { Log } from '../base/log.js';
import { type OpenFlowServer, serveOpenFlow } from '../openflow/openflow-server.js';
import type { Switch } from '../switch.js';
import type { RunOptions } from './run-options.js';

export interface RunOpenFlow {
  readonly server: OpenFlowServer;
  /** Where it listens, as targets. */
  readonly listening: readonly string[];
}

/** Rejects with an `UpcallError` where it cannot listen; then it listens nowhere. */
export async function startOpenFlow(
  target: Switch,
  options: RunOptions,
  log: Log,
): Promise<RunOpenFlow> {
  const { bridge, failMode, probeMs, rundir, controllers } = options;
  const datapathId = options.datapathId ?? lowestAddress(target);
  const server = serveOpenFlow(target, {
    bridge,
    failMode,
    log,
    ...(probeMs === undefined ? {} : { probeMs }),
    ...(datapathId === undefined ? {} : { datapathId }),
  });
  try {
    await server.listenSnoop(`punix:${join(rundir, `${bridge}.snoop`)}`);
    const listening: string[] = [];
    for (const text of [`punix:${join(rundir, `${bridge}.mgmt`)}`, ...options.listen]) {
      listening.push((await server.listen(text)).target);
    }
    for (const controller of controllers) server.connect(controller);
    return { server, listening };
  } catch (error) {
    await server.close();
    throw error;
  }
}

/** The same after a restart; undefined where no port has an address of its own. */
function lowestAddress({ ports }: Switch): bigint | undefined {
  const addresses = ports.flatMap(({ link }) => (link === undefined ? [] : [link.address]));
  const numbers = addresses.map((bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  return numbers.reduce<bigint | undefined>(
    (lowest, number) => (lowest === undefined || number < lowest ? number : lowest),
    undefined,
  );
}
