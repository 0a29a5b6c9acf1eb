/**
 * A doubly linked list whose nodes their owners keep, so that a node leaves it in constant time.
 *
 * The MAC table threads each entry through two of them, both from least to most recently used.
 * Answers to OVS's `struct ovs_list`.
 */

export class ListNode<T> {
  readonly value: T;
  /** Undefined while the node is in no list. */
  before: ListNode<T> | undefined = undefined;
  after: ListNode<T> | undefined = undefined;
  isLinked = false;

  constructor(value: T) {
    this.value = value;
  }
}

export class LinkedList<T> {
  #first: ListNode<T> | undefined;
  #last: ListNode<T> | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Puts `node`, which is in no list, at the end. */
  append(node: ListNode<T>): void {
    node.before = this.#last;
    node.after = undefined;
    node.isLinked = true;
    if (this.#last === undefined) this.#first = node;
    else this.#last.after = node;
    this.#last = node;
    this.#count++;
  }

  /** Takes out `node`, which is in this list or in none. */
  remove(node: ListNode<T>): void {
    if (!node.isLinked) return;
    if (node.before === undefined) this.#first = node.after;
    else node.before.after = node.after;
    if (node.after === undefined) this.#last = node.before;
    else node.after.before = node.before;
    node.before = undefined;
    node.after = undefined;
    node.isLinked = false;
    this.#count--;
  }

  /** From first to last; removing the value just visited is allowed. */
  *[Symbol.iterator](): Generator<T, void> {
    for (let node = this.#first; node !== undefined; ) {
      const { value, after } = node;
      yield value;
      node = after;
    }
  }
}
