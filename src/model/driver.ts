/**
 * The driver: how a model gets at the thing under test.
 *
 * Three verbs, each sync or async. `reset` makes the thing as the model's initial state has it.
 * `perform` makes the event happen: calls a function, sends a packet, lets time pass, or has the
 * surroundings produce it where the thing under test tells it to itself. `observe` answers what the
 * thing looks like from where the driver stands; the runner compares it with the model's view.
 *
 * A driver reports what it sees, never what it expects: one that keeps a copy of the model and
 * answers from it proves nothing.
 */

export interface Driver<Event> {
  /** Called before each path. */
  reset(): void | Promise<void>;
  /**
   * Makes `event` happen, or throws where that cannot be. `upcoming`: what the path asks for after
   * it. Some answers are decided when a question is asked and arrive later; look there which one
   * shall come.
   */
  perform(event: Event, upcoming: readonly Event[]): void | Promise<void>;
  /** What the thing looks like now, or a promise of it. */
  observe(): unknown;
}
