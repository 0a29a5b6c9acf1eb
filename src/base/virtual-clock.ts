/**
 * A clock that moves only when told to.
 *
 * Tasks that are due run in order of their deadline, and among equal deadlines in order of arrival,
 * unless `choose` picks another one (the simulator's way to try interleavings). Nothing runs inside
 * `setTimeout`; due tasks run inside `runDue()` and `advance()`, one after the other.
 *
 * Owner: the pending tasks. Uses a binary heap: replay arms a deadline per cycle and per slice.
 */

import { type Instant, instant } from './brands.js';
import type { Clock, TimerId } from './clock.js';

interface Task {
  readonly deadline: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export interface VirtualClockOptions {
  /** Where time starts, in ms. */
  readonly start?: number;
  /** Picks the index of the task to run among `count` due ones; default: the oldest. */
  readonly choose?: (count: number) => number;
}

/**
 * A clock that stands still until it is told to move.
 *
 * @example
 * import { VirtualClock } from 'upcall';
 *
 * const clock = new VirtualClock();
 * let isDone = false;
 * clock.setTimeout(() => { isDone = true; }, 60_000);
 * clock.advance(60_000);
 * assert.ok(isDone);
 */
export class VirtualClock implements Clock {
  readonly kind = 'virtual';
  readonly #choose: ((count: number) => number) | undefined;
  readonly #heap: Task[] = [];
  /** What deadlines are measured by. */
  #now: number;
  /** What an operator's setting of the clock has added to it. */
  #offset = 0;
  #order = 0;

  constructor(options: VirtualClockOptions = {}) {
    this.#now = options.start ?? 0;
    this.#choose = options.choose;
  }

  now(): Instant {
    return instant(this.#now + this.#offset);
  }

  monotonic(): number {
    return this.#now;
  }

  setTimeout(task: () => void, delayMs: number): TimerId {
    const deadline = this.#now + Math.max(0, delayMs);
    const entry: Task = { deadline, order: this.#order++, run: task };
    this.#push(entry);
    return entry;
  }

  clearTimeout(id: TimerId): void {
    if (id !== undefined && id !== null) (id as Task).run = undefined;
  }

  /** The earliest deadline that is pending, or undefined when nothing is. */
  nextDeadline(): Instant | undefined {
    const first = this.#firstDeadline();
    return first === undefined ? undefined : instant(first + this.#offset);
  }

  /** Runs one due task; false when none was due. */
  runOne(): boolean {
    this.#dropCleared();
    const first = this.#heap[0];
    if (first === undefined || first.deadline > this.#now) return false;
    const task = this.#choose === undefined ? this.#pop() : this.#takeChosen(this.#choose);
    const run = task?.run;
    if (task !== undefined) task.run = undefined;
    run?.();
    return true;
  }

  /** Runs due tasks, and those that they make due, until none is; returns how many ran. */
  runDue(limit = Number.POSITIVE_INFINITY): number {
    let count = 0;
    while (count < limit && this.runOne()) count++;
    return count;
  }

  /** Moves forward by `ms`, stopping at every deadline on the way. */
  advance(ms: number): void {
    this.#moveTo(this.#now + ms);
  }

  /** Moves forward to `time`, stopping at every deadline on the way; never backward. */
  advanceTo(time: number): void {
    this.#moveTo(time - this.#offset);
  }

  /** Sets the time without running anything; deadlines stay where they are. */
  jump(time: number): void {
    this.#now = time - this.#offset;
  }

  /**
   * Sets what `now()` says `ms` forward or backward, as an operator sets a clock. `monotonic()`
   * does not notice, and no deadline comes nearer or goes away.
   */
  shift(ms: number): void {
    this.#offset += ms;
  }

  #moveTo(time: number): void {
    this.runDue();
    for (let next = this.#firstDeadline(); next !== undefined && next <= time; ) {
      this.#now = Math.max(this.#now, next);
      this.runDue();
      next = this.#firstDeadline();
    }
    this.#now = Math.max(this.#now, time);
  }

  #firstDeadline(): number | undefined {
    this.#dropCleared();
    return this.#heap[0]?.deadline;
  }

  #takeChosen(choose: (count: number) => number): Task | undefined {
    const due = this.#heap.filter((task) => task.run !== undefined && task.deadline <= this.#now);
    due.sort(byDeadline);
    const chosen = due[choose(due.length)];
    if (chosen === undefined) return this.#pop();
    const copy: Task = { ...chosen };
    chosen.run = undefined;
    return copy;
  }

  #dropCleared(): void {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(task);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || byDeadline(above, task) <= 0) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = task;
  }

  #pop(): Task | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      if (left === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && byDeadline(right, left) < 0) child++;
      const smaller = heap[child];
      if (smaller === undefined || byDeadline(last, smaller) <= 0) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function byDeadline(a: Task, b: Task): number {
  return a.deadline - b.deadline || a.order - b.order;
}
