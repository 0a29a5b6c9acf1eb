/**
 * Memory for received frames: cut from slabs, so that a frame costs no allocation of its own.
 *
 * A frame begins two bytes beside a multiple of four: its IP header is then aligned, and sums go
 * over words. A slab lives as long as one of its frames.
 *
 * Owner: the device that reads.
 * Hot path. Timed by iperf3 in `test/interop/daemon.test.ts`.
 */

/** A few dozen frames of the usual size: small, because one frame that is kept keeps all of it. */
const SLAB_SIZE = 65_536;
const ALIGNMENT = 4;
/** Bytes of an Ethernet header beyond a multiple of four. Answers to `NET_IP_ALIGN`. */
const SHIFT = 2;

export class FrameSlab {
  #slab = new ArrayBuffer(SLAB_SIZE);
  #used = SHIFT;

  /** `size` bytes of whatever content. */
  take(size: number): Uint8Array {
    if (size > SLAB_SIZE / 4) return new Uint8Array(new ArrayBuffer(size + SHIFT), SHIFT, size);
    if (this.#used + size > SLAB_SIZE) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_SIZE).buffer;
      this.#used = SHIFT;
    }
    const start = this.#used;
    this.#used = ((start + size + ALIGNMENT - 1) & -ALIGNMENT) + SHIFT;
    return new Uint8Array(this.#slab, start, size);
  }
}
