/**
 * The door of the package: a whole switch in this process, and the parts it is made of.
 *
 * Importing it starts nothing, and loads neither the inspector nor the daemon. The state machines
 * have a door of their own, `upcall/machines`. `test/index.test.ts` runs the examples that stand
 * with the functions and classes.
 */

// A whole switch.

export type { McastRecord, McastSnoopingOptions } from './ofproto/mcast-snooping.js';
export type { PacketIn } from './ofproto/packet-ins.js';
export { createSwitch, Switch } from './switch.js';
export {
  type FlowChoice,
  type GroupState,
  type MeterState,
  type RuleState,
  SwitchBridge,
} from './switch-bridge.js';
export type { Conservation } from './switch-conservation.js';
export type { MegaflowState } from './switch-megaflows.js';
export type { MirrorColumns, MirrorState } from './switch-mirror.js';
export type {
  BridgeOptions,
  BridgeSnooping,
  FlowTableColumns,
  PortOptions,
  SwitchOptions,
} from './switch-options.js';
export { type PacketOptions, packet } from './switch-packet.js';
export type { PortColumns, QinqEthType } from './switch-port-settings.js';
export type { PortMaker, PortPlace, Transmission } from './switch-port-table.js';
export { SwitchPort } from './switch-ports.js';
export { Runtime } from './switch-runtime.js';
export { type SwitchSettings, settingsOf } from './switch-settings.js';

// The slow path alone.

export type { ActorTree } from './actors/actor-tree.js';
export { type CostModel, defaultCostModel } from './actors/cost-model.js';
export type { InspectionStatus, InspectOptions, Inspector } from './actors/inspect-options.js';
export type { Interest, Stopwatch } from './actors/record-stream.js';
export {
  createUdpif,
  Udpif,
  type UdpifOptions,
  type UdpifStatus,
} from './actors/udpif.js';
export type { UdpifSettings } from './actors/udpif-core.js';
export type { UdpifRecord, UncreditedCause } from './actors/udpif-event.js';
export type { UkeyActor } from './actors/ukey-actor.js';
export type { UkeyChoice } from './actors/ukey-choice.js';
export { type DeleteReason, deleteReasons } from './machines/delete-reasons.js';
export { ovs23Profile } from './machines/profile-2014.js';
export {
  currentProfile,
  findProfile,
  type Profile,
  type ProfileName,
  profileNames,
} from './machines/profiles.js';

// The datapath.

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
export { EmbeddedDpif, type EmbeddedDpifOptions } from './datapath/embedded-dpif.js';
export { FlowKey } from './datapath/flow-key.js';
export { Mask, MaskTable } from './datapath/mask.js';
export type { OdpAction, OdpActions } from './datapath/odp-actions.js';
export { formatOdpActions } from './datapath/odp-actions-text.js';
export { formatDumpedFlow } from './datapath/odp-flow-text.js';
export { formatOdpFlow } from './datapath/odp-key-text.js';
export { MemoryPort, type Port, type PortLink, type PortStats } from './datapath/port.js';
export type {
  Ingress,
  RevalidationReason,
  RuleRef,
  TraceNoteKind,
  TraceText,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
  XlateTrace,
} from './datapath/translator.js';

// Packets, flows, capture files.

export {
  type Capture,
  type CapturedPacket,
  openCapture,
} from './packet/capture-reader.js';
export { composePacket } from './packet/compose.js';
export { extractFlow } from './packet/extract.js';
export type { Field } from './packet/field.js';
export { fillField, readField, writeField } from './packet/field-access.js';
export { findField } from './packet/fields.js';
export { createFlow, createFlowMask, type Flow, type FlowMask } from './packet/flow.js';
export { formatFlow } from './packet/flow-text.js';
export { Packet } from './packet/packet.js';
export { PcapWriter } from './packet/pcap-writer.js';

// Time, chance, counters, errors.

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
export { type Log, type ModularLog, silentLog } from './base/log.js';
export { createRng, type Rng } from './base/rng.js';
export { StoppableClock } from './base/stoppable-clock.js';
export { VirtualClock } from './base/virtual-clock.js';
export {
  Vlog,
  type VlogDestination,
  type VlogLevel,
  type VlogOptions,
  type VlogTarget,
} from './base/vlog.js';
