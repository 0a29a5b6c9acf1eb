/**
 * Datapath flows as entries: put, looked at, modified, deleted.
 *
 * A flow that is heard of without a put of ours was found by a dump, or was there before the
 * recorder: it is told, without an upcall, before anything else is said of it. Keys and actions are
 * written as `dpctl/dump-flows` writes them, once for each flow.
 *
 * Owner: one recorder.
 */

import type {
  DeleteRecord,
  LostRecord,
  ModifyRecord,
  PutRecord,
  VerdictsRecord,
} from '../actors/udpif-event.js';
import type { UkeyActor } from '../actors/ukey-actor.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type { Mask } from '../datapath/mask.js';
import { NO_ACTIONS, type OdpActions } from '../datapath/odp-actions.js';
import { formatOdpFlow } from '../datapath/odp-key-text.js';
import type { Profile } from '../machines/profiles.js';
import { exactBitsOf } from '../switch-megaflows.js';
import type { ActionTexts } from './action-texts.js';
import type { EntrySink } from './entry-sink.js';
import type { FlowLedger, KnownFlow } from './flow-ledger.js';
import type { PutEntry, RuleNumber, UpcallNumber } from './log-entry.js';
import type { RuleNumbers } from './rule-numbers.js';
import type { AnsweredUpcall } from './upcall-recorder.js';

export interface FlowRecorderDeps {
  readonly sink: EntrySink;
  readonly flows: FlowLedger;
  readonly rules: RuleNumbers;
  readonly texts: ActionTexts;
  readonly profile: Profile;
  readonly findUkey: (key: FlowKey) => UkeyActor | undefined;
}

/** What a flow is, besides its key. */
interface FlowAnswer {
  readonly mask: Mask | undefined;
  readonly actions: OdpActions;
  readonly rules: readonly RuleNumber[];
}

/** How a flow came, where it came by a put. */
interface Arrival {
  readonly upcall?: UpcallNumber | undefined;
  readonly error?: string | undefined;
}

const UNKNOWN: FlowAnswer = { mask: undefined, actions: NO_ACTIONS, rules: [] };

export class FlowRecorder {
  readonly #deps: FlowRecorderDeps;

  constructor(deps: FlowRecorderDeps) {
    this.#deps = deps;
  }

  /** Tells of the flow with this key if the log does not know it; undefined: there is no room. */
  mention(key: FlowKey): KnownFlow | undefined {
    const { flows, findUkey } = this.#deps;
    const known = flows.find(key) ?? flows.add(key);
    if (known.standing === 'expected') this.#tell(known, this.#answerOf(findUkey(key)), {});
    return isTold(known) ? known : undefined;
  }

  put(record: PutRecord, { upcall, rules }: AnsweredUpcall): void {
    const { flows, sink } = this.#deps;
    const { key, mask, actions, error } = record;
    const answer = { mask, actions, rules };
    const arrival = { upcall, error };
    const found = flows.find(key);
    if (error === undefined) {
      // One that was told already was found by a dump before its put was answered; or it has gone
      // without a word, and this is another one.
      const isOther = found === undefined || (found.standing !== 'expected' && found.key !== key);
      this.#tell(isOther ? flows.add(key) : found, answer, arrival);
    } else if (found?.standing === 'expected') {
      this.#tell(found, answer, arrival);
      flows.remove(found);
    } else if (sink.admits('put')) {
      sink.add(this.#entryOf(flows.claim(), key, answer, arrival));
    }
  }

  look(record: VerdictsRecord): void {
    const { sink } = this.#deps;
    if (!sink.admits('verdicts')) return;
    const { phase, revalidator, verdicts, packets, bytes, used, unchanged } = record;
    const flows = record.keys.map((key) => this.mention(key)?.flow);
    const pick = <Value>(column: readonly Value[]): readonly Value[] =>
      column.filter((_, i) => flows[i] !== undefined);
    sink.add({
      k: 'verdicts',
      phase,
      revalidator,
      flows: flows.filter((flow) => flow !== undefined),
      verdicts: pick(verdicts),
      packets: pick(packets),
      bytes: pick(bytes),
      used: pick(used),
      unchanged,
    });
  }

  modify({ key, actions, rules, error }: ModifyRecord): void {
    const { sink, texts, rules: numbers } = this.#deps;
    const known = this.mention(key);
    if (known === undefined || !sink.admits('modify')) return;
    const change = { actions: texts.of(actions), rules: numbers.all(rules) };
    const failure = error === undefined ? {} : { error };
    sink.add({ k: 'modify', flow: known.flow, ...change, ...failure });
  }

  delete({ key, reason, error, stats }: DeleteRecord): void {
    const { sink, flows, profile } = this.#deps;
    const known = this.mention(key);
    const isOver = error === undefined || profile.deltaOnDeleteError(error) !== 'refused';
    const ended = isOver ? flows.find(key) : undefined;
    if (ended !== undefined) flows.remove(ended);
    // Who was told of a flow is told of its end: else it would live in the log for ever.
    if (known === undefined || (ended === undefined && !sink.admits('delete'))) return;
    const counters =
      stats === undefined ? {} : { packets: stats.packets, bytes: stats.bytes, used: stats.used };
    const failure = error === undefined ? {} : { error };
    sink.add({ k: 'delete', flow: known.flow, reason, ...counters, ...failure });
  }

  /** Gone before its deletion, which was told already. */
  lose({ key, base }: LostRecord): void {
    const { sink, flows } = this.#deps;
    if (!sink.admits('trouble')) return;
    const known = flows.findLately(key);
    const text =
      `the flow was gone before its deletion: ${base.packets} packets had been pushed, ` +
      'what came afterwards is lost';
    const flow = known === undefined ? {} : { flow: known.flow };
    sink.add({ k: 'trouble', what: 'lost', text, ...flow });
  }

  #tell(known: KnownFlow, answer: FlowAnswer, arrival: Arrival): void {
    const { sink } = this.#deps;
    // Moves of a ukey that is followed are told: then its flow has to be.
    const isAdmitted = known.state !== undefined || sink.admits('put');
    known.standing = isAdmitted ? 'told' : 'omitted';
    if (isAdmitted) sink.add(this.#entryOf(known.flow, known.key, answer, arrival));
  }

  #entryOf(
    flow: number,
    key: FlowKey,
    { mask, actions, rules }: FlowAnswer,
    { upcall, error }: Arrival,
  ): Omit<PutEntry, 'n' | 't'> {
    return {
      k: 'put',
      flow,
      ...(upcall === undefined ? {} : { upcall }),
      key: formatOdpFlow(key.toFlow(), mask),
      maskBits: exactBitsOf(mask),
      actions: this.#deps.texts.of(actions),
      rules,
      ...(error === undefined ? {} : { error }),
    };
  }

  /** What the slow path knows of a flow. */
  #answerOf(ukey: UkeyActor | undefined): FlowAnswer {
    if (ukey === undefined) return UNKNOWN;
    const { masks, actions, caches } = ukey.slice.columns;
    const at = ukey.handle;
    const rules = this.#deps.rules.all(caches[at]?.rules?.() ?? []);
    return { mask: masks[at], actions: actions[at] ?? NO_ACTIONS, rules };
  }
}

function isTold({ standing }: KnownFlow): boolean {
  return standing === 'told';
}
