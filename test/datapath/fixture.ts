/**
 * What the tests of the datapath stand on: frames by the match that describes them, keys, masks,
 * operations, and an embedded datapath with ports that remember what was sent.
 */

import { type OdpPort, odpPort } from '../../src/base/brands.js';
import { Coverage } from '../../src/base/coverage.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import type { UserspaceCookie } from '../../src/datapath/cookie.js';
import type { DeleteOp, Dpif, DpifOp, ExecuteOp, GetOp, PutOp } from '../../src/datapath/dpif.js';
import { EmbeddedDpif, type EmbeddedDpifOptions } from '../../src/datapath/embedded-dpif.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { type Mask, MaskTable } from '../../src/datapath/mask.js';
import type { OdpAction, OdpActions } from '../../src/datapath/odp-actions.js';
import { MemoryPort } from '../../src/datapath/port.js';
import { composePacket } from '../../src/packet/compose.js';
import { copyFlow, createFlow, createFlowMask, type Flow } from '../../src/packet/flow.js';
import * as L from '../../src/packet/flow-layout.js';
import { parseMatchTerm } from '../../src/packet/match-parse.js';
import { Packet } from '../../src/packet/packet.js';
import { extract, flowOf } from '../packet/frames.js';

/** Shared by all tests: interning is all that it does. */
export const MASKS = new MaskTable();

/** A frame that a match describes, with valid checksums. */
export function frameOf(match: string): Uint8Array {
  return composePacket(flowOf(match));
}

/** The flow of a frame that came in through `port`, with one VLAN tag at most. */
export function keyFlowOf(frame: Uint8Array, port: number): Flow {
  const flow = extract(frame, 1);
  flow[L.IN_PORT] = port;
  return flow;
}

export function keyOf(frame: Uint8Array, port = 1): FlowKey {
  return FlowKey.from(keyFlowOf(frame, port));
}

/** The mask of the fields that a match names, input port and recirculation id included. */
export function maskOf(match: string): Mask {
  const target = { flow: createFlow(), mask: createFlowMask() };
  for (const term of match.split(',').filter((text) => text !== '')) {
    const [name = '', value] = term.split('=');
    if (!parseMatchTerm(target, name, value)) throw new Error(`No match term ${name}`);
  }
  target.mask[L.IN_PORT] = 0xffff_ffff;
  target.mask[L.RECIRC_ID] = 0xffff_ffff;
  return MASKS.intern(target.mask);
}

export function output(port: number): OdpAction {
  return { type: 'output', port: odpPort(port) };
}

export const COOKIE: UserspaceCookie = { type: 'sflow', vlanTci: 0, output: 0 };

export function putOp(
  key: FlowKey,
  mask: Mask | undefined,
  actions: OdpActions,
  mode: PutOp['mode'] = 'create',
): PutOp {
  return { type: 'put', mode, key, mask, actions, error: undefined };
}

export function deleteOp(key: FlowKey): DeleteOp {
  return { type: 'delete', key, error: undefined, stats: undefined };
}

export function getOp(key: FlowKey): GetOp {
  return { type: 'get', key, error: undefined, flow: undefined };
}

export function executeOp(frame: Uint8Array, actions: OdpActions, port = 1): ExecuteOp {
  const key = frame.length < 14 ? createFlow() : keyFlowOf(frame, port);
  const packet = new Packet(frame);
  return { type: 'execute', packet, key, actions, needsHelp: false, error: undefined };
}

/** Runs operations to their end. */
export function operate(dpif: Dpif, ...ops: readonly DpifOp[]): void {
  let isDone = false;
  dpif.operate(ops, () => {
    isDone = true;
  });
  if (!isDone) throw new Error('The operations are not done');
}

/** Every flow of a dump, copied out of its batches. */
export function dumpAll(dpif: Dpif, countMax = 50) {
  const dump = dpif.flowDumpStart();
  const thread = dump.thread();
  const flows = [];
  for (let batch = thread.next(countMax); batch.length > 0; batch = thread.next(countMax)) {
    for (const { key, mask, actions, stats } of batch) {
      flows.push({ key, mask, actions, stats: { ...stats } });
    }
  }
  thread.end();
  dump.done();
  return flows;
}

export interface Bed {
  readonly clock: VirtualClock;
  readonly coverage: Coverage;
  readonly dpif: EmbeddedDpif;
  port(number: number): MemoryPort;
  /** Hands a frame to a port and lets the datapath finish. */
  receive(port: number, frame: Uint8Array): void;
  /** Frames sent through a port since the last call. */
  sent(port: number): Uint8Array[];
  /** Lets everything happen that is due. */
  settle(): void;
}

/** An embedded datapath with ports 1 to 3, one handler and poisoned dumps. */
export function createBed(options: Partial<EmbeddedDpifOptions> = {}): Bed {
  const clock = new VirtualClock({ start: 1_000_000 });
  const coverage = new Coverage();
  const dpif = new EmbeddedDpif({
    name: 'test@bed',
    clock,
    coverage,
    masks: MASKS,
    poisonsDumps: true,
    ...options,
  });
  const ports = new Map<number, MemoryPort>();
  const sentBy = new Map<number, Uint8Array[]>();
  for (const number of [1, 2, 3]) {
    const port = new MemoryPort({ name: `p${number}`, number: odpPort(number) });
    ports.set(number, port);
    sentBy.set(number, []);
    port.transmitted.subscribe((batch) => sentBy.get(number)?.push(...batch));
    dpif.addPort(port);
  }
  dpif.handlersSet(1);
  const portOf = (number: number): MemoryPort => {
    const port = ports.get(number);
    if (port === undefined) throw new Error(`No port ${number}`);
    return port;
  };
  const settle = (): void => {
    clock.runDue(10_000);
  };
  return {
    clock,
    coverage,
    dpif,
    port: portOf,
    settle,
    receive(number, frame) {
      portOf(number).inject(frame);
      settle();
    },
    sent: (number) => sentBy.get(number)?.splice(0) ?? [],
  };
}

/** A port number that no bed has. */
export const NO_PORT: OdpPort = odpPort(77);

/** `flow` with another input port. */
export function withPort(flow: Flow, port: number): Flow {
  const copy = copyFlow(flow);
  copy[L.IN_PORT] = port;
  return copy;
}
