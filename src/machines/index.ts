/**
 * The door `upcall/machines`: the state machines of the slow path, and what can be done with them.
 *
 * Pure: importing this starts nothing and loads neither a datapath nor an actor.
 */

export {
  type BarrierContext,
  type BarrierEffect,
  type BarrierEvent,
  type BarrierInput,
  type BarrierPassed,
  barrierEffects,
  barrierMachine,
} from './barrier-machine.js';
export {
  type CompiledMachine,
  type CompiledTransition,
  compileMachine,
  GUARDED,
  NO_TRANSITION,
} from './compile.js';
export { createCompiledLogic } from './compiled-logic.js';
export { CompiledSnapshot, type PersistedSnapshot } from './compiled-snapshot.js';
export {
  type DeleteReason,
  deleteReasonNames,
  deleteReasonOf,
  deleteReasons,
} from './delete-reasons.js';
export { drawJson, drawMermaid, type MachineJson } from './drawing.js';
export {
  type HandlerContext,
  type HandlerEffect,
  type HandlerEvent,
  type HandlerInput,
  handlerEffects,
  handlerMachine,
} from './handler-machine.js';
export {
  type LeaderContext,
  type LeaderEffect,
  type LeaderEvent,
  type LeaderInput,
  leaderEffects,
  leaderMachine,
} from './leader-machine.js';
export {
  ALWAYS,
  ANYWHERE,
  edgesOf,
  initialStateOf,
  type MachineEdge,
  type MachineState,
  type StatePath,
  statesOf,
} from './machine-edges.js';
export { ovs23Profile } from './profile-2014.js';
export {
  currentProfile,
  type DeletionOutcome,
  findProfile,
  type Profile,
  type ProfileDefaults,
  type ProfileName,
  profileNames,
  profiles,
} from './profiles.js';
export { findMachine, type MachineEntry, machines } from './registry.js';
export {
  type RevalidatorContext,
  type RevalidatorEffect,
  type RevalidatorEvent,
  type RevalidatorInput,
  revalidatorEffects,
  revalidatorMachine,
} from './revalidator-machine.js';
export { type FlowCounters, NO_COUNTERS } from './stats-delta.js';
export {
  type StopPlan,
  type ThreadCounts,
  type UdpifContext,
  type UdpifEffect,
  type UdpifEvent,
  type UdpifLifecycleEvent,
  udpifEffects,
  udpifMachine,
} from './udpif-machine.js';
export {
  type Ukey2014Context,
  type Ukey2014Effect,
  type Ukey2014Event,
  type Ukey2014Input,
  ukey2014Effects,
  ukey2014Machine,
} from './ukey-2014-machine.js';
export {
  type UkeyContext,
  type UkeyEffect,
  type UkeyEvent,
  type UkeyInput,
  type UkeySighting,
  ukeyEffects,
  ukeyMachine,
} from './ukey-machine.js';
