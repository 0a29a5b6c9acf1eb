/**
 * A device: a TAP or a packet socket that is open. Frames are read one by one and written in
 * batches; `DevicePort` is what makes a port of it.
 *
 * Owner: the port that opened it. Nothing may be called after `close`.
 */

/** What became of frames that were written. */
export interface WriteCounts {
  txPackets: number;
  txBytes: number;
  txDropped: number;
}

export interface Device {
  /**
   * The next frame, which is the caller's; 'empty' where none waits; 'failed' where the device has
   * gone.
   */
  read(): Uint8Array | 'empty' | 'failed';
  /** Sends frames in order, and adds to `counts` what became of each. */
  write(frames: readonly Uint8Array[], counts: WriteCounts): void;
  /** Calls `ready` when a frame waits (or, in vain, for another reason), from now on. */
  watch(ready: () => void): void;
  /** Until `watch`, nobody is called. */
  unwatch(): void;
  /** Frames that were lost since the last time: no room, or no way to understand them. */
  takeLostCount(): number;
  close(): void;
}
