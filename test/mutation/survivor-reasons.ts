/**
 * Why mutants survive: every survivor of `npm run mutate`, under the reason that it has.
 *
 * A survivor is written as in `docs/mutation.md`, "what was there → what stands in its place", and
 * not by its line, which moves.
 */

export interface Reason {
  readonly title: string;
  readonly why: string;
  /**
   * By file below `src/`. "…" at the end of a change stands for any rest; what follows " @ " must
   * stand in the line that the mutant begins in.
   */
  readonly survivors: Readonly<Record<string, readonly string[]>>;
}

export const reasons: readonly Reason[] = [
  {
    title: 'It comes to the same',
    why:
      'Equal values at a boundary, a branch that the next line takes too, a sum of nothing, a ' +
      'place beyond the end of a typed array: the mutant computes what the original does. A step ' +
      'that says neither "more" nor "finished" waits.',
    survivors: {
      'machines/compiled-logic.ts': [
        'code === undefined → false',
        'state < compiled.states.length → state <= compiled.states.length',
        'event < compiled.events.length → event <= compiled.events.length',
      ],
      'machines/coverage-counters.ts': ['default: return undefined; → default:'],
      'machines/should-revalidate.ts': ['minRevalidatePps === 0 → false'],
      'machines/stats-delta.ts': ['reply.used > cached.used → reply.used >= cached.used'],
      'actors/dump-phase.ts': [
        'state > UkeyState.EVICTING → state >= UkeyState.EVICTING',
        `'waiting' → ""`,
      ],
      'actors/dump-phase-2014.ts': [`'waiting' → ""`],
      'actors/mask-cover.ts': ['i < FLOW_WORDS → i <= FLOW_WORDS'],
      'actors/mask-maker.ts': ['i < FLOW_WORDS → i <= FLOW_WORDS'],
      'actors/record-stream.ts': ['[] → ["Stryker was here"] @ #interests'],
      'actors/leader.ts': ['counter !== undefined → true'],
      'actors/safe-translator.ts': [`'EINVAL' → ""`, 'stats.packets === 0 → false'],
      'actors/same-actions.ts': ['i < a.length → i <= a.length'],
      'actors/sweep-phase.ts': [`'waiting' → ""`],
      'actors/sweep-phase-2014.ts': [`'waiting' → ""`, 'this.#cursor < end → this.#cursor <= end'],
      'actors/udpif-engine.ts': ['inspect === undefined → false'],
      'actors/ukey-answers.ts': [
        `slice.stateOf(handle) === UkeyState.EVICTED → true`,
        `'deleted' → ""`,
      ],
      'actors/ukey-answers-2014.ts': ['handle === NO_HANDLE → false'],
      'actors/ukey-choice.ts': ['() => false → () => undefined'],
      'actors/ukey-inspection.ts': ['this.#era++ → this.#era--'],
    },
  },
  {
    title: 'xstate does the same',
    why:
      'A transition without a target stays in its state, as one does whose target is that state; ' +
      'where an "always" follows, it goes on to the same place. A plan that is none of those ' +
      'that guards ask for is a restart.',
    survivors: {
      'machines/barrier-machine.ts': [`'gathering' → ""`],
      'machines/udpif-machine.ts': [`'restart' → ""`, `'parking' → ""`],
      'machines/ukey-2014-machine.ts': [`'unmarked' → ""`, `'marked' → ""`],
      'machines/ukey-machine.ts': [`'operational' → ""`],
    },
  },
  {
    title: 'Overwritten before it is read',
    why: 'Initial values that stand there for the type, or for one shape of the object.',
    survivors: {
      'machines/leader-machine.ts': [
        'true → false @ needsRevalidation',
        'false → true @ isExiting',
      ],
      'actors/dump-phase.ts': [
        '{ used: instant(0), createdAt: instant(0) } → {}',
        'false → true @ #hasWarnedOfKill = false;',
      ],
      'actors/operation-batch.ts': [
        'true → false @ #isSettled',
        'false → true @ #isSweeping',
        'false → true @ #isPushing',
      ],
      'actors/shared-round.ts': ['[] → ["Stryker was here"]'],
      'actors/sighting.ts': [
        '{ packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 } → {}',
        `'flow.keep' → ""`,
      ],
      'actors/slices.ts': [`'finished' → ""`, `() => 'finished' → () => undefined`],
      'actors/sweep-phase.ts': [
        'false → true @ #isPurge = false;',
        'true → false @ #isDumpComplete = true;',
      ],
      'actors/sweep-phase-2014.ts': ['false → true @ #isPurge = false;'],
      'actors/udpif-core.ts': ['true → false @ needsRevalidation = true;'],
      'actors/udpif-engine.ts': ['[] → ["Stryker was here"] @ #orphans = [];'],
      'actors/ukey-columns.ts': ['[] → ["Stryker was here"]'],
      'actors/ukey-work.ts': ['{ packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 } → {}'],
      'actors/upcall-answers.ts': ['[] → ["Stryker was here"]', 'true → false @ #mayPut = true'],
      'actors/upcall-round.ts': ['[] → ["Stryker was here"]'],
      'actors/verdict-2014.ts': [
        '{ dumpMs: 0, packets: 0, used: instant(0), now: instant(0) } → {}',
        '{ minRevalidatePps: 0, maxRevalidator: 0 } → {}',
        '{ packets: 0, bytes: 0, used: instant(0), tcpFlags: 0 } → {}',
      ],
      'actors/verdict.ts': [
        '{ dumpMs: 0, packets: 0, used: instant(0), now: instant(0) } → {}',
        '{ minRevalidatePps: 0, maxRevalidator: 0 } → {}',
      ],
    },
  },
  {
    title: 'Cannot occur, and is there for the types',
    why:
      'What an index or a lookup might not find, but always does; what a value might be by its ' +
      'type, but never is.',
    survivors: {
      'machines/compile.ts': [
        `'' → "Stryker was here!"`,
        '[] → ["Stryker was here"]',
        'reference !== null → true',
        'machine.root.initial.target[0]?.key → …',
        'nodes[initial]?.entry → …',
      ],
      'machines/compiled-snapshot.ts': [`'' → "Stryker was here!"`],
      'machines/machine-edges.ts': ['reference !== null → true'],
      'actors/flow-installer.ts': ['ukey?.slice → ukey.slice'],
      'actors/handler.ts': ['this.#subscription?.unsubscribe → this.#subscription.unsubscribe'],
      'actors/inspect-options.ts': [`typeof inspect === 'object' → true`],
      'actors/leader.ts': ['core.dump?.error → core.dump.error'],
      'actors/sweep-phase-2014.ts': [
        'error === undefined && flow !== undefined → …',
        'error === undefined → true',
        'flow !== undefined → true',
      ],
      'actors/udpif-engine.ts': [
        `'' → "Stryker was here!"`,
        `event.type === 'handlers.refused' → true`,
        `'reconfigure' → ""`,
        'threads !== undefined → true',
        `typeof stats !== 'string' → true`,
        `'string' → ""`,
      ],
      'actors/ukey-answers.ts': [
        'slice.stateOf(handle) !== UkeyState.EVICTING → false',
        'operation.error === undefined && operation.stats !== undefined → …',
        'operation.error === undefined → true',
        'operation.stats !== undefined → true',
        'actor.handle >= 0 → true',
      ],
      'actors/ukey-answers-2014.ts': [
        'error === undefined && stats !== undefined → …',
        'error === undefined → true',
        'stats !== undefined → true',
      ],
      'actors/ukey-moves.ts': [
        `this.#compiled.states[state] ?? '' → …`,
        `'' → "Stryker was here!"`,
      ],
    },
  },
  {
    title: 'An assertion that holds',
    why: 'It would tell of a mistake in this code, and there is none that a test could make.',
    survivors: {
      'actors/udpif-engine.ts': [
        'this.#threads !== undefined → true',
        `'threads are there from a start to the purge of a stop' → ""`,
      ],
      'actors/ukey-orphans.ts': ['key !== undefined → true', `'a row in use has a key' → ""`],
      'actors/ukey-slice.ts': [
        `event.type === 'stats.accept' → true`,
        `'counters were expected' → ""`,
        `event.type === 'flow.delete' → true`,
        `'a reason comes with a deletion' → ""`,
        `event.type === 'flow.keep' || event.type === 'flow.modify' → true`,
        `'a sighting was expected' → ""`,
      ],
      'actors/ukey-work.ts': [
        `event.type === 'flow.keep' || event.type === 'flow.modify' → true`,
        `'counters were expected' → ""`,
        'cache !== undefined → true',
        `'a flow that was kept has a cache' → ""`,
        `event.type === 'deletion.succeeded' → true`,
        `'last counters were expected' → ""`,
      ],
    },
  },
  {
    title: 'Saves work, and nothing else',
    why:
      'What is made for observers is made for nobody; tables grow earlier or later, and rows are ' +
      'found through longer or shorter chains; the longer way comes to the same.',
    survivors: {
      'actors/dump-phase-2014.ts': ['this.#report.isWanted → true'],
      'actors/flow-installer.ts': [
        'this.#core.isObserved → true',
        '!this.#core.isObserved → false',
      ],
      'actors/leader.ts': [
        '!core.isObserved → false',
        'core.isObserved → true',
        'stretch.intervalMs > FLOWS_CACHE_MS → false',
      ],
      'actors/record-stream.ts': [
        'false → true @ hearsEach',
        'false → true @ hearsBatches',
        'false → true @ hearsCounters',
        'false → true @ isTraced',
        `this.hearsCounters || wanted.has('changes') → true`,
      ],
      'actors/same-actions.ts': ['a === b → false', `a.type === 'output' → false`, `'output' → ""`],
      'actors/sweep-phase-2014.ts': ['this.#report.isWanted → true'],
      'actors/udpif-core.ts': [
        'slices.length === 1 → false',
        '!this.isObserved → false',
        'this.isObserved → true',
      ],
      'actors/ukey-answers.ts': ['!this.#core.isObserved → false', '!core.isObserved → false'],
      'actors/ukey-columns.ts': [
        'this.#count === 0 → false',
        '{ this.#firstFree = NO_HANDLE; this.#end = 0; } → {}',
      ],
      'actors/ukey-index.ts': [
        'candidate === key → false',
        'handle >= this.#next.length → true',
        'this.#count === this.#buckets.length → false',
        'this.#count++ → this.#count--',
        'this.#count-- → this.#count++',
        '{ const before = this.#buckets; …',
      ],
      'actors/ukey-inspection.ts': [
        'handle >= this.#decisions.length → true',
        'Math.max(ROWS_MIN, this.#decisions.length) → …',
      ],
      'actors/ukey-slice.ts': [
        'this.#observedCount > 0 || this.door.isInspected → true',
        'this.#observedCount > 0 → this.#observedCount >= 0',
        '-1 → +1',
        'false → true @ !this.door.isInspected',
      ],
      'actors/ukey-watch.ts': [
        'this.#observers.size === 1 → true',
        'isLast → false',
        'false → true @ isObservedChanged',
      ],
      'actors/ukey-work.ts': ['!this.#core.isObserved → false'],
      'actors/upcall-answers.ts': ['core.isObserved → true'],
      'actors/upcall-intake.ts': [
        'this.#numbers.size > 0 → true',
        'this.#numbers.size > 0 → this.#numbers.size >= 0',
        'core.isObserved → true',
      ],
      'actors/verdict-carrier.ts': ['this.report.isWanted → true'],
      'actors/verdict-report.ts': [
        'this.#records.hearsEach || this.#records.hearsBatches → true',
        'records.hearsEach → true',
        '!records.hearsBatches → false',
        '!this.#records.hearsBatches → false',
      ],
    },
  },
  {
    title: 'The rate limit of the log hides it',
    why: 'It would warn more often than the limit lets through.',
    survivors: {
      'actors/dump-phase.ts': ['this.#hasWarnedOfKill → false', 'true → false @ #hasWarnedOfKill'],
    },
  },
];
