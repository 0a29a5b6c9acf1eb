/**
 * The door of the package: a whole switch in this process, and the parts it is made of.
 *
 * Importing it starts nothing, and loads neither the inspector nor the daemon. The state machines
 * have a door of their own, `upcall/machines`. The examples here are run by `test/index.test.ts`.
 */

export type { ActorTree } from './actors/actor-tree.js';
export { type CostModel, defaultCostModel } from './actors/cost-model.js';
/**
 * The slow path alone, for a datapath or a translator of your own.
 *
 * @example
 * import { NEVER } from 'rxjs';
 * import * as upcall from 'upcall';
 *
 * const clock = new upcall.VirtualClock({ start: 1_000 });
 * const coverage = new upcall.Coverage();
 * const masks = new upcall.MaskTable();
 * const dpif = new upcall.EmbeddedDpif({ name: 'mine@example', clock, coverage, masks });
 * const translator = {
 *   receive: () => 'ENODEV',
 *   translate: () => assert.fail('no key is ever received'),
 *   createCache: () => ({ push() {}, clear() {} }),
 *   revalidations: NEVER,
 *   netflowExists: () => false,
 * };
 * const udpif = upcall.createUdpif({
 *   dpif, translator, clock, coverage, masks,
 *   rng: upcall.createRng(1),
 *   log: upcall.silentLog,
 *   profile: upcall.currentProfile,
 *   settings: upcall.settingsOf({ maxIdleMs: 500 }),
 * });
 * udpif.setThreads(1, 1);
 * clock.advance(1_000);
 * assert.ok(udpif.status().cycles > 0);
 * udpif.destroy();
 */
export {
  createUdpif,
  type Inspector,
  Udpif,
  type UdpifOptions,
  type UdpifStatus,
} from './actors/udpif.js';
export type { UdpifSettings } from './actors/udpif-core.js';
export type { UdpifRecord, UncreditedCause } from './actors/udpif-event.js';
export type { UkeyActor } from './actors/ukey-actor.js';
/**
 * Time, chance, counters, errors: what comes in through parameters.
 *
 * @example
 * import { VirtualClock } from 'upcall';
 *
 * const clock = new VirtualClock();
 * let isDone = false;
 * clock.setTimeout(() => { isDone = true; }, 60_000);
 * clock.advance(60_000);
 * assert.ok(isDone);
 */
export { BoundedStream } from './base/bounded-stream.js';
export {
  type Instant,
  instant,
  type OdpPort,
  type OfpPort,
  odpPort,
  ofpPort,
} from './base/brands.js';
export { type Clock, SystemClock } from './base/clock.js';
export { Coverage } from './base/coverage.js';
export { FileError, ParseError, UpcallError } from './base/errors.js';
export { type Log, silentLog } from './base/log.js';
export { createRng, type Rng } from './base/rng.js';
export { VirtualClock } from './base/virtual-clock.js';
export type {
  DeleteOp,
  Dpif,
  DpifOp,
  DpStats,
  DumpedFlow,
  Errno,
  ExecuteOp,
  FlowDump,
  FlowDumpThread,
  FlowStats,
  GetOp,
  PutOp,
  Upcall,
} from './datapath/dpif.js';
/**
 * The datapath: the interface, and one that lives in this process.
 *
 * @example
 * import { Coverage, EmbeddedDpif, MaskTable, MemoryPort, odpPort, SystemClock } from 'upcall';
 *
 * const dpif = new EmbeddedDpif({
 *   name: 'mine@example',
 *   clock: new SystemClock(),
 *   coverage: new Coverage(),
 *   masks: new MaskTable(),
 * });
 * dpif.addPort(new MemoryPort({ name: 'p1', number: odpPort(1) }));
 * assert.equal(dpif.ports().length, 1);
 */
export { EmbeddedDpif, type EmbeddedDpifOptions } from './datapath/embedded-dpif.js';
export { FlowKey } from './datapath/flow-key.js';
export { Mask, MaskTable } from './datapath/mask.js';
export type { OdpAction, OdpActions } from './datapath/odp-actions.js';
export { formatOdpActions } from './datapath/odp-actions-text.js';
export { formatDumpedFlow } from './datapath/odp-flow-text.js';
export { formatOdpFlow } from './datapath/odp-key-text.js';
export { MemoryPort, type Port, type PortStats } from './datapath/port.js';
export type {
  Ingress,
  RevalidationReason,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
} from './datapath/translator.js';
export { type DeleteReason, deleteReasons } from './machines/delete-reasons.js';
export { currentProfile, type Profile } from './machines/profiles.js';
export type { PacketIn } from './ofproto/packet-ins.js';

/**
 * Packets: flows, fields, capture files.
 *
 * @example
 * import { createFlow, extractFlow, findField, packet, readField } from 'upcall';
 *
 * const flow = createFlow();
 * extractFlow(packet('udp,tp_dst=53'), flow);
 * assert.equal(readField(flow, findField('udp_dst')), 53);
 */
export {
  type Capture,
  type CapturedPacket,
  openCapture,
} from './packet/capture-reader.js';
export { composePacket } from './packet/compose.js';
export { extractFlow } from './packet/extract.js';
export { fillField, readField, writeField } from './packet/field-access.js';
export type { Field } from './packet/field.js';
export { findField } from './packet/fields.js';
export { createFlow, createFlowMask, type Flow, type FlowMask } from './packet/flow.js';
export { formatFlow } from './packet/flow-text.js';
export { Packet } from './packet/packet.js';
export { PcapWriter } from './packet/pcap-writer.js';
/**
 * A switch with ports in memory, in ovs-ofctl's language.
 *
 * @example
 * import { createSwitch, packet } from 'upcall';
 *
 * const sw = createSwitch({ ports: 2, flows: 'udp,tp_dst=53,actions=output:2' });
 * const out = [];
 * sw.transmitted.subscribe((batch) => out.push(...batch));
 * sw.inject(1, packet('udp,tp_dst=53'));
 * sw.inject(1, packet('udp,tp_dst=54'));
 * await sw.settled();
 * assert.deepEqual(out.map(({ port }) => port.name), ['p2']);
 * await sw.stop();
 * assert.equal(sw.rules()[0].packets, 1);
 */
export { createSwitch, Switch, type Transmission } from './switch.js';
export { type FlowChoice, type RuleState, SwitchBridge } from './switch-bridge.js';
export type { Conservation } from './switch-conservation.js';
export type { MegaflowState } from './switch-megaflows.js';
export type { BridgeOptions, SwitchOptions } from './switch-options.js';
/**
 * Frames from match terms, with checksums and plausible addresses.
 *
 * @example
 * import { createFlow, extractFlow, formatFlow, packet } from 'upcall';
 *
 * const frame = packet('tcp,nw_dst=10.0.0.2,tp_dst=80,tcp_flags=+syn', { payloadSize: 0 });
 * const flow = createFlow();
 * extractFlow(frame, flow);
 * assert.match(formatFlow(flow), /^tcp,.*nw_dst=10\.0\.0\.2,.*tp_dst=80,tcp_flags=syn$/);
 */
export { type PacketOptions, packet } from './switch-packet.js';
export { SwitchPort } from './switch-ports.js';
/**
 * What several switches of a process share: operator commands reach all of them.
 *
 * @example
 * import { createSwitch, Runtime } from 'upcall';
 *
 * const runtime = new Runtime();
 * const sw = createSwitch({ ports: 2, runtime });
 * assert.match(runtime.showUpcall(), /flows +: \(current 0\)/);
 * assert.equal(runtime.switchMegaflows(false), 'megaflows disabled');
 * await sw.stop();
 */
export { Runtime } from './switch-runtime.js';
export { type SwitchSettings, settingsOf } from './switch-settings.js';
