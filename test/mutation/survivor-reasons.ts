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
      'Equal values at a boundary, a branch that the next line takes too, a sum of nothing: the ' +
      'mutant computes what the original does.',
    survivors: {
      'machines/barrier-machine.ts': [],
      'machines/compiled-logic.ts': [
        'code === undefined → false',
        'state < compiled.states.length → state <= compiled.states.length',
        'event < compiled.events.length → event <= compiled.events.length',
      ],
      'machines/coverage-counters.ts': ['default: return undefined; → default:'],
      'machines/should-revalidate.ts': ['minRevalidatePps === 0 → false'],
      'machines/stats-delta.ts': ['reply.used > cached.used → reply.used >= cached.used'],
      'actors/dump-phase.ts': ['state > UkeyState.EVICTING → state >= UkeyState.EVICTING'],
      'actors/dump-phase-2014.ts': [],
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
      'machines/leader-machine.ts': ['true → false', 'false → true'],
      'actors/dump-phase.ts': ['{ used: instant(0), createdAt: instant(0) } → {}', 'false → true'],
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
    },
  },
  {
    title: 'Saves work, and nothing else',
    why: 'What is made for observers is made for nobody.',
    survivors: {
      'actors/dump-phase-2014.ts': ['this.#report.isWanted → true'],
      'actors/flow-installer.ts': [
        'this.#core.isObserved → true',
        '!this.#core.isObserved → false',
      ],
    },
  },
  {
    title: 'The rate limit of the log hides it',
    why: 'It would warn more often than the limit lets through.',
    survivors: {
      'actors/dump-phase.ts': ['this.#hasWarnedOfKill → false', 'true → false'],
    },
  },
];
