// @ts-check
/**
 * A slow path of our own, in 60 lines: it remembers which flows it has put into a datapath, and
 * what became of them. It is wrong in one place, where it makes things simple.
 */

/** @typedef {'none' | 'asked' | 'there' | 'uncertain' | 'leaving' | 'gone'} Phase */

export class SlowPath {
  /** @type {Map<string, Phase>} */
  #phases = new Map();

  /** @param {string} key */
  phaseOf(key) {
    return this.#phases.get(key) ?? 'none';
  }

  /** A packet came up: a flow is asked for, unless there is one. @param {string} key */
  packetMissed(key) {
    this.move(key, ['none', 'gone'], 'asked');
  }

  /** @param {string} key @param {string} [error] */
  putAnswered(key, error) {
    this.move(key, ['asked'], error === undefined ? 'there' : 'gone');
  }

  /** A dump brought the flow, maybe before its put was answered. @param {string} key */
  dumped(key) {
    this.move(key, ['asked'], 'there');
  }

  /** Other actions were put into the flow. @param {string} key @param {string} [error] */
  modifyAnswered(key, error) {
    if (error !== undefined) this.move(key, ['there'], 'uncertain');
  }

  /** The flow shall go: its deletion is asked for. @param {string} key */
  remove(key) {
    this.move(key, ['asked', 'there', 'uncertain'], 'leaving');
  }

  /** Either it is gone, or it was gone before. @param {string} key @param {string} [_error] */
  deleteAnswered(key, _error) {
    this.move(key, ['leaving'], 'gone');
  }

  /** Forgets flows that are gone. */
  sweep() {
    for (const [key, phase] of this.#phases) if (phase === 'gone') this.#phases.delete(key);
  }

  /** @param {string} key @param {Phase[]} from @param {Phase} to */
  move(key, from, to) {
    if (from.includes(this.phaseOf(key))) this.#phases.set(key, to);
  }
}
