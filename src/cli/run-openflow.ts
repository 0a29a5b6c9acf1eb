/**
 * OpenFlow of `upcall run`: where controllers and tools reach its bridges, and whom they call
 * themselves.
 *
 * `<rundir>/<bridge>.mgmt` and `.snoop` are Open vSwitch's places: `ovs-ofctl` finds a bridge by
 * its name there.
 */

import { join } from 'node:path';
import type { Log } from '../base/log.js';
import { MemoryPort } from '../datapath/port.js';
import { type OpenFlowServer, serveOpenFlow } from '../openflow/openflow-server.js';
import type { Switch } from '../switch.js';
import type { OfBridge } from './bridge-options.js';
import type { RunOptions } from './run-options.js';

export interface RunOpenFlow {
  /** Where it listens, as targets. */
  readonly listening: readonly string[];
  close(): Promise<void>;
}

/** Rejects with an `UpcallError` where it cannot listen; then it listens nowhere. */
export async function startOpenFlow(
  target: Switch,
  options: RunOptions,
  log: Log,
): Promise<RunOpenFlow> {
  const servers: OpenFlowServer[] = [];
  const listening: string[] = [];
  const close = async (): Promise<void> => {
    for (const server of servers) await server.close();
  };
  try {
    for (const bridge of options.bridges) {
      const datapathId = options.datapathIds.get(bridge) ?? lowestAddress(target, bridge);
      const server = serve(target, { bridge, datapathId, log }, options);
      servers.push(server);
      listening.push(...(await startServer(server, bridge, options)));
    }
    return { listening, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Place {
  readonly bridge: string;
  readonly datapathId: bigint | undefined;
  readonly log: Log;
}

function serve(
  target: Switch,
  { bridge, datapathId, log }: Place,
  { failMode, probeMs }: RunOptions,
): OpenFlowServer {
  return serveOpenFlow(target, {
    bridge,
    failMode,
    log,
    ...(probeMs === undefined ? {} : { probeMs }),
    ...(datapathId === undefined ? {} : { datapathId }),
  });
}

/** Where it listens. */
async function startServer(
  server: OpenFlowServer,
  bridge: string,
  { rundir, listen, controllers }: RunOptions,
): Promise<readonly string[]> {
  await server.listenSnoop(`punix:${join(rundir, `${bridge}.snoop`)}`);
  const listening: string[] = [];
  for (const text of [`punix:${join(rundir, `${bridge}.mgmt`)}`, ...valuesOf(listen, bridge)]) {
    listening.push((await server.listen(text)).target);
  }
  for (const controller of valuesOf(controllers, bridge)) server.connect(controller);
  return listening;
}

function valuesOf(all: readonly OfBridge<string>[], bridge: string): readonly string[] {
  return all.filter((each) => each.bridge === bridge).map(({ value }) => value);
}

/** The same after a restart; undefined where no port has an address that others know. */
function lowestAddress({ ports }: Switch, bridge: string): bigint | undefined {
  const addresses = ports.flatMap(({ bridge: its, port, link }) =>
    its !== bridge || link === undefined || port instanceof MemoryPort ? [] : [link.address],
  );
  const numbers = addresses.map((bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
  return numbers.reduce<bigint | undefined>(
    (lowest, number) => (lowest === undefined || number < lowest ? number : lowest),
    undefined,
  );
}
