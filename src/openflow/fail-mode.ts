/**
 * Carries out a bridge's fail mode: keeps an eye on its controllers, and forwards without them.
 *
 * The machine is `fail-mode-machine.ts`. A controller is "admitted" when it has said something that
 * only who lets the switch in says, such as a flow-mod; hellos, echoes and questions about features
 * do not count. One that has been connected for half a minute is believed at its next word.
 *
 * Owner: the hidden rule, the timer, and what is known of the controllers. In mode "secure" nothing
 * happens. Answers to OVS's `ofproto/fail-open.c` and the admission of `lib/rconn.c`.
 */

import { type ActorRefFrom, createActor } from 'xstate';
import type { Clock, TimerId } from '../base/clock.js';
import type { Log } from '../base/log.js';
import type { FlowTables } from '../ofproto/flow-tables.js';
import { CATCH_ALL } from '../ofproto/match.js';
import { OFPP_NORMAL } from '../ofproto/ofpact.js';
import type { FlowSpec, Rule } from '../ofproto/rule.js';
import { failModeMachine } from './fail-mode-machine.js';
import type { OfpMessage } from './message.js';
import type { MessageType } from './protocol.js';

/** What a bridge does without a controller: forward by addresses, or nothing of its own accord. */
export type FailModeName = 'standalone' | 'secure';

/** Above all that a controller can give. Answers to `FAIL_OPEN_PRIORITY`. */
export const FAIL_OPEN_PRIORITY = 0xf0f0f0;
/**
 * Probe intervals of silence: one before it is probed, one to answer, one to be connected again.
 * Answers to `trigger_duration`.
 */
const PATIENCE_INTERVALS = 3;
/** Milliseconds between packets to a controller that is connected and says nothing. */
const NUDGE_MS = 2_000;
/** Milliseconds after which a connected controller is believed to have let us in. */
const BELIEF_MS = 30_000;
/** What is also said to a switch that will not be let in. Answers to `is_admitted_msg`. */
const NOT_ADMITTING: ReadonlySet<MessageType | undefined> = new Set<MessageType | undefined>([
  undefined,
  'hello',
  'error',
  'echo_request',
  'echo_reply',
  'features_request',
  'get_config_request',
  'set_config',
  'queue_get_config_request',
  'get_async_request',
]);

export interface FailModeDeps {
  readonly tables: Pick<FlowTables, 'add' | 'addHidden' | 'delete' | 'withdraw'>;
  readonly clock: Pick<Clock, 'monotonic' | 'setTimeout' | 'clearTimeout'>;
  readonly log: Log;
  /** The longest probe interval of the controllers, in milliseconds. */
  readonly probeMs: number;
  /** Sends whoever is connected a packet that says nothing. */
  readonly nudge: () => void;
}

/** What a connection to a controller tells. */
export interface ControllerWatch {
  heard(message: OfpMessage): void;
  ended(): void;
}

export class FailMode {
  readonly #deps: FailModeDeps;
  readonly #actor: ActorRefFrom<typeof failModeMachine>;
  readonly #admitted = new Set<ControllerWatch>();
  /** When a controller last said something. */
  #heardAt: number;
  #timer: TimerId;
  #rule: Rule | undefined;

  constructor(deps: FailModeDeps) {
    this.#deps = deps;
    this.#heardAt = deps.clock.monotonic();
    const machine = failModeMachine.provide({
      actions: {
        forwardAlone: () => void deps.tables.add(normalFlow(0)),
        forgetRules: () => void deps.tables.delete({ match: CATCH_ALL }),
        armPatience: () => this.#armPatience(),
        takeOver: () => this.#takeOver(),
        handBack: () => this.#handBack(),
        armNudge: () => this.#arm('nudge.due', NUDGE_MS),
        nudge: deps.nudge,
        disarm: () => deps.clock.clearTimeout(this.#timer),
      },
    });
    this.#actor = createActor(machine).start();
  }

  /** "alone", "waiting", "guided" or "open". */
  get state(): string {
    return this.#actor.getSnapshot().value;
  }

  /** A connection to a controller will be kept up. */
  addController(): void {
    this.#heardAt = this.#deps.clock.monotonic();
    this.#actor.send({ type: 'controller.added' });
  }

  /** There is a connection to one. */
  watch(): ControllerWatch {
    const connectedAt = this.#deps.clock.monotonic();
    const watch: ControllerWatch = {
      heard: (message) => this.#heard(watch, message, connectedAt),
      ended: () => {
        if (!this.#admitted.delete(watch) || this.#admitted.size > 0) return;
        this.#actor.send({ type: 'controllers.lost' });
      },
    };
    return watch;
  }

  /** Lets go of the timer and the hidden rule. */
  close(): void {
    this.#actor.stop();
    this.#deps.clock.clearTimeout(this.#timer);
    if (this.#rule !== undefined) this.#deps.tables.withdraw(this.#rule);
  }

  #heard(watch: ControllerWatch, { type }: OfpMessage, connectedAt: number): void {
    const now = this.#deps.clock.monotonic();
    const isAdmitted = this.#admitted.has(watch);
    if (!isAdmitted && NOT_ADMITTING.has(type) && now - connectedAt < BELIEF_MS) return;
    this.#heardAt = now;
    if (isAdmitted) return;
    this.#admitted.add(watch);
    this.#actor.send({ type: 'controller.admitted' });
  }

  #armPatience(): void {
    const { clock, probeMs } = this.#deps;
    const silentMs = clock.monotonic() - this.#heardAt;
    this.#arm('patience.passed', Math.max(0, PATIENCE_INTERVALS * probeMs - silentMs));
  }

  #arm(type: 'patience.passed' | 'nudge.due', delayMs: number): void {
    this.#timer = this.#deps.clock.setTimeout(() => this.#actor.send({ type }), delayMs);
  }

  #takeOver(): void {
    const seconds = Math.round((this.#deps.clock.monotonic() - this.#heardAt) / 1000);
    this.#deps.log.warn({ seconds }, 'no controller for too long: the bridge forwards by itself');
    this.#rule = this.#deps.tables.addHidden(normalFlow(FAIL_OPEN_PRIORITY));
  }

  #handBack(): void {
    this.#deps.log.warn({}, 'a controller is back: the bridge does what it says');
    if (this.#rule !== undefined) this.#deps.tables.withdraw(this.#rule);
    this.#rule = undefined;
  }
}

function normalFlow(priority: number): FlowSpec {
  return {
    table: 0,
    priority,
    match: CATCH_ALL,
    actions: [{ type: 'output', port: OFPP_NORMAL, maxLength: 0 }],
    cookie: 0n,
    idleTimeout: 0,
    hardTimeout: 0,
    importance: 0,
    flags: 0,
  };
}
