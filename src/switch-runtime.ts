/**
 * What the seed keeps once a process: the list of udpifs, and whether megaflows are on.
 *
 * Every switch has a runtime of its own unless it is given one, so two switches in one test file
 * cannot disturb each other. Answers to the seed's `all_udpifs` (L208) and `enable_megaflows`
 * (L238).
 *
 * Owner: the list and the flag.
 */

import type { Udpif } from './actors/udpif.js';
import { setFlowLimit, showUpcall, switchMegaflows } from './actors/udpif-show.js';
import { UpcallError } from './base/errors.js';
import { currentProfile, type Profile } from './machines/profiles.js';

const UFID_ENABLED = 'enabled for supported datapaths';

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
export class Runtime {
  readonly #udpifs: Udpif[] = [];
  #areMegaflowsEnabled = true;
  /** Whether operators' commands are known (U-001). */
  #areCommandsKnown: boolean;

  constructor({ commandsFrom }: Pick<Profile, 'commandsFrom'> = currentProfile) {
    this.#areCommandsKnown = commandsFrom === 'start';
  }

  /** In order of creation. */
  get udpifs(): readonly Udpif[] {
    return this.#udpifs;
  }

  get areMegaflowsEnabled(): boolean {
    return this.#areMegaflowsEnabled;
  }

  add(udpif: Udpif): void {
    this.#udpifs.push(udpif);
    this.#areCommandsKnown = true;
  }

  remove(udpif: Udpif): void {
    const index = this.#udpifs.indexOf(udpif);
    if (index >= 0) this.#udpifs.splice(index, 1);
  }

  /** `upcall/show`. */
  showUpcall(): string {
    this.#require('upcall/show');
    return showUpcall(this.#udpifs);
  }

  /** `upcall/enable-megaflows`, `upcall/disable-megaflows`: for all udpifs, and those to come. */
  switchMegaflows(isEnabled: boolean): string {
    this.#require(isEnabled ? 'upcall/enable-megaflows' : 'upcall/disable-megaflows');
    this.#areMegaflowsEnabled = isEnabled;
    return switchMegaflows(this.#udpifs, isEnabled);
  }

  /** `upcall/enable-ufid`, `upcall/disable-ufid`: what `upcall/show` says; our dumps are whole. */
  switchUfids(isEnabled: boolean): string {
    this.#require(isEnabled ? 'upcall/enable-ufid' : 'upcall/disable-ufid');
    for (const udpif of this.#udpifs) udpif.isUfidEnabled = isEnabled;
    return `Datapath dumping tersely using UFID ${isEnabled ? UFID_ENABLED : 'disabled'}`;
  }

  /** `upcall/set-flow-limit`. */
  setFlowLimit(args: readonly string[]): string {
    this.#require('upcall/set-flow-limit');
    return setFlowLimit(this.#udpifs, args);
  }

  /** Throws OVS's own words where the command is not there yet (B-21). */
  #require(command: string): void {
    if (!this.#areCommandsKnown) throw new UpcallError(`"${command}" is not a valid command`);
  }
}
