/**
 * A trie of 32-bit prefixes: which prefix lengths could hold a rule for a value, and how many bits
 * of the value tell that there is none.
 *
 * The classifier keeps one for each tracked address field and one for the transport ports of each
 * subtable. Edges are compressed: a node stands where rules end or two branches part. The number of
 * bits that `lookup` returns decides how wide megaflows are, so it answers to OVS's
 * `trie_lookup_value` to the bit.
 *
 * Hot path. Bench: `bench/classifier.ts`.
 */

interface TrieNode {
  /** The prefix from bit 0, left-aligned, zeroes behind `length` bits. */
  readonly value: number;
  readonly length: number;
  /** Rules whose prefix ends here. */
  ruleCount: number;
  zero: TrieNode | undefined;
  one: TrieNode | undefined;
}

/** A mask of `length` leading ones, 0 to 32. */
export function prefixMask(length: number): number {
  return length === 0 ? 0 : (-1 << (32 - length)) >>> 0;
}

/** The number of leading ones of `mask` where nothing but zeroes follows, else undefined. */
export function prefixLength(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  return prefixMask(length) === mask >>> 0 ? length : undefined;
}

export class PrefixTrie {
  /** Of the last `lookup`: bit 32 - n is set where a prefix of n bits holds rules. */
  lengths = 0;
  #root: TrieNode | undefined;

  get isEmpty(): boolean {
    return this.#root === undefined;
  }

  /** Counts one more rule at the first `length` bits (1 to 32) of `value`. */
  insert(value: number, length: number): void {
    const prefix = (value & prefixMask(length)) >>> 0;
    let parent: TrieNode | undefined;
    let node = this.#root;
    while (node !== undefined) {
      const common = Math.min(Math.clz32(prefix ^ node.value), length, node.length);
      if (common < node.length) {
        this.#put(parent, prefix, split(node, prefix, length, common));
        return;
      }
      if (common === length) {
        node.ruleCount++;
        return;
      }
      parent = node;
      node = bitAt(prefix, common) ? node.one : node.zero;
    }
    this.#put(parent, prefix, leaf(prefix, length));
  }

  /** Puts `node` where `prefix` goes on behind `parent`. */
  #put(parent: TrieNode | undefined, prefix: number, node: TrieNode): void {
    if (parent === undefined) this.#root = node;
    else if (bitAt(prefix, parent.length)) parent.one = node;
    else parent.zero = node;
  }

  /** Takes back one `insert`. */
  remove(value: number, length: number): void {
    this.#root = removed(this.#root, (value & prefixMask(length)) >>> 0, length);
  }

  /**
   * Sets `lengths` to the prefix lengths that hold rules for `value`; returns how many leading bits
   * of `value` tell that no longer prefix does.
   */
  lookup(value: number): number {
    let lengths = 0;
    let node = this.#root;
    let bits = 0;
    while (node !== undefined) {
      const common = Math.clz32(value ^ node.value);
      if (common < node.length) {
        bits = common + 1; // The first bit that differs is needed too.
        break;
      }
      bits = node.length;
      if (node.ruleCount > 0) lengths |= 0x8000_0000 >>> (bits - 1);
      if (bits === 32) break;
      const next: TrieNode | undefined = bitAt(value, bits) ? node.one : node.zero;
      // No such branch: one more bit excludes the other one, where there is one.
      if (next === undefined && (node.zero ?? node.one) !== undefined) bits++;
      node = next;
    }
    this.lengths = lengths;
    return bits;
  }
}

function bitAt(value: number, index: number): boolean {
  return (value & (0x8000_0000 >>> index)) !== 0;
}

function leaf(value: number, length: number): TrieNode {
  return { value, length, ruleCount: 1, zero: undefined, one: undefined };
}

/** A parent for `node` and for the new prefix, which agree on `common` bits. */
function split(node: TrieNode, value: number, length: number, common: number): TrieNode {
  const parent = leaf((value & prefixMask(common)) >>> 0, common);
  const isNewHere = length === common;
  parent.ruleCount = isNewHere ? 1 : 0;
  const added = isNewHere ? undefined : leaf(value, length);
  const isOldOne = bitAt(node.value, common);
  parent.one = isOldOne ? node : added;
  parent.zero = isOldOne ? added : node;
  return parent;
}

function removed(node: TrieNode | undefined, value: number, length: number): TrieNode | undefined {
  if (node === undefined || node.length > length) return node;
  if (node.length === length) node.ruleCount--;
  else if (bitAt(value, node.length)) node.one = removed(node.one, value, length);
  else node.zero = removed(node.zero, value, length);
  if (node.ruleCount > 0 || (node.zero !== undefined && node.one !== undefined)) return node;
  return node.zero ?? node.one;
}
