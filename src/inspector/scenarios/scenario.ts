/**
 * A scenario: a situation that people have complained about, to be run, watched and measured.
 *
 * Its definition makes a switch under a virtual clock, lets packets in and time pass in small
 * steps, and at its end says in numbers of the switch's own what happened. It can be run once with
 * the trouble and once with the remedy that its paragraph names, so that both can be compared.
 *
 * Owner: a run owns its switch and its clock until somebody stops the switch.
 */

import { VirtualClock } from '../../base/virtual-clock.js';
import type { Profile } from '../../machines/profiles.js';
import { createSwitch, type Switch } from '../../switch.js';
import type { SwitchOptions } from '../../switch-options.js';
import { Stage } from './stage.js';

/** What people read. */
export interface ScenarioText {
  /** "lost-upcalls". */
  readonly name: string;
  readonly title: string;
  /** What happened to people, where to look, which number proves it, and what to do about it. */
  readonly look: string;
  /** Public threads, as addresses or commits. */
  readonly sources: readonly string[];
  /** What the remedied run does otherwise: "four handlers". */
  readonly remedy: string;
}

/** A number that proves it. */
export interface Measure {
  /** "masks_max". */
  readonly name: string;
  /** "masks in the datapath, at most". */
  readonly text: string;
  readonly value: number;
}

/** One run's story. */
export interface ScenarioScript {
  /** Yields after each step; every step but the last leaves something to do. */
  play(): Generator<void>;
  measures(): readonly Measure[];
}

export interface ScenarioDefinition extends ScenarioText {
  options(surroundings: ScenarioSurroundings): ScenarioSwitchOptions;
  begin(stage: Stage): ScenarioScript;
}

export type ScenarioSwitchOptions = Omit<SwitchOptions, 'clock' | 'seed'> & {
  readonly profile?: Profile['name'];
};

export interface ScenarioSurroundings {
  readonly clock: VirtualClock;
  readonly isRemedied: boolean;
}

export interface ScenarioStart {
  /** Runs it as it would have gone with the remedy. Default: false. */
  readonly isRemedied?: boolean;
}

/** Where virtual time starts, as in a replay. Not 0, which means "never". */
export const SCENARIO_START_MS = 1_000_000;
const SEED = 1;

export class Scenario {
  readonly text: ScenarioText;
  readonly #definition: ScenarioDefinition;

  constructor(definition: ScenarioDefinition) {
    const { name, title, look, sources, remedy } = definition;
    this.text = { name, title, look, sources, remedy };
    this.#definition = definition;
  }

  get name(): string {
    return this.text.name;
  }

  /** A switch to which nothing has happened yet; `step` makes it happen. */
  start({ isRemedied = false }: ScenarioStart = {}): ScenarioRun {
    const clock = new VirtualClock({ start: SCENARIO_START_MS });
    const options = this.#definition.options({ clock, isRemedied });
    const target = createSwitch({ ...options, clock, seed: SEED });
    return new ScenarioRun(this.#definition, new Stage(target, clock, isRemedied));
  }
}

export class ScenarioRun {
  readonly target: Switch;
  readonly clock: VirtualClock;
  readonly #script: ScenarioScript;
  readonly #play: Generator<void>;

  constructor(definition: ScenarioDefinition, stage: Stage) {
    this.target = stage.target;
    this.clock = stage.clock;
    this.#script = definition.begin(stage);
    this.#play = this.#script.play();
  }

  /** Goes on by one task of the switch, or by the time up to its next; false at the end. */
  step(): boolean {
    return this.#play.next().done !== true;
  }

  /** Goes on to the end. */
  finish(): void {
    while (this.step());
  }

  /** The numbers so far; after the end, those that prove it. */
  measures(): readonly Measure[] {
    return this.#script.measures();
  }

  /** One of `measures` by its name; NaN where there is none. */
  measure(name: string): number {
    return this.measures().find((measure) => measure.name === name)?.value ?? Number.NaN;
  }
}
