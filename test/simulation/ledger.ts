/**
 * The books of a run: where every packet that was sent has gone, to the packet and the byte.
 *
 * At rest: sent + recirculated = credited + counted by living flows and not yet pushed +
 * uncredited + lost at a queue + invalid + lost in a removed port's ring + destroyed with flows
 * that others removed. What has been pushed of a flow is its ukey's to know; a flow whose deletion
 * was refused may be without one for a while, so its base is noted here. A flow that somebody else
 * removed takes along what its ukey has not pushed, even later: a dump may still bring the flow's
 * last counters.
 *
 * Owner: one run. Answers to behaviours.md 1.14.
 */

import type { Udpif } from '../../src/actors/udpif.js';
import type { UkeyActor } from '../../src/actors/ukey-actor.js';
import type { DumpedFlow } from '../../src/datapath/dpif.js';
import type { FlowKey } from '../../src/datapath/flow-key.js';
import type { PortStats } from '../../src/datapath/port.js';
import type { Circumstance } from './circumstances.js';
import { KeyMap } from './key-map.js';

export interface Traffic {
  readonly packets: number;
  readonly bytes: number;
}

export const NO_TRAFFIC: Traffic = { packets: 0, bytes: 0 };

export function addTraffic(a: Traffic, b: Traffic): Traffic {
  return { packets: a.packets + b.packets, bytes: a.bytes + b.bytes };
}

function subtract(a: Traffic, b: Traffic): Traffic {
  return { packets: a.packets - b.packets, bytes: a.bytes - b.bytes };
}

/** A flow that others removed, while its ukey goes on believing in it. */
interface Ghost {
  readonly last: Traffic;
  readonly ukey: UkeyActor;
}

/** States of a ukey whose flow is gone for it: what it has pushed says nothing of a new flow. */
const GONE: readonly string[] = ['evicted', 'deleted', 'gone'];

/** What went in at a port. */
interface PortBook {
  entered: Traffic;
  /** Dropped with its ring, when it was removed. */
  dropped: Traffic;
}

export class Ledger {
  /** What had been pushed of flows when their deletion was refused. */
  readonly refused = new KeyMap<Traffic>();
  /** Flows that others put. */
  readonly foreign = new KeyMap<true>();
  readonly #ports = new Map<number, PortBook>();
  #destroyed = NO_TRAFFIC;
  #ghosts: Ghost[] = [];
  readonly #udpif: () => Udpif;
  readonly #note: (circumstance: Circumstance) => void;

  constructor(udpif: () => Udpif, note: (circumstance: Circumstance) => void) {
    this.#udpif = udpif;
    this.#note = note;
  }

  /** A frame went into a port's ring. */
  entered(port: number, size: number): void {
    const book = this.#bookOf(port);
    book.entered = addTraffic(book.entered, { packets: 1, bytes: size });
  }

  /** The port was removed: what it has not received by now, it never will. */
  ringDropped(port: number, stats: Readonly<PortStats>): void {
    const book = this.#bookOf(port);
    book.dropped = subtract(book.entered, { packets: stats.rxPackets, bytes: stats.rxBytes });
  }

  get sent(): Traffic {
    return [...this.#ports.values()].reduce(
      (sum, book) => addTraffic(sum, book.entered),
      NO_TRAFFIC,
    );
  }

  get ringLost(): Traffic {
    return [...this.#ports.values()].reduce(
      (sum, book) => addTraffic(sum, book.dropped),
      NO_TRAFFIC,
    );
  }

  /** The ukey that stands for the flow that has `key` now. */
  ukeyOf(key: FlowKey): UkeyActor | undefined {
    const ukey = this.#udpif().ukey(key);
    if (ukey === undefined) return undefined;
    return GONE.includes(String(ukey.getSnapshot().value)) ? undefined : ukey;
  }

  /** What has been pushed of the flow that has `key` now. */
  baseOf(key: FlowKey): Traffic {
    const ukey = this.ukeyOf(key);
    return ukey?.getSnapshot().context.stats ?? this.refused.get(key) ?? NO_TRAFFIC;
  }

  /** A flow begins its life: what was known of an earlier one with its key holds no more. */
  put(key: FlowKey): void {
    this.refused.delete(key);
    this.foreign.delete(key);
  }

  putByOthers(key: FlowKey): void {
    this.put(key);
    this.foreign.set(key, true);
  }

  /** The datapath refused to delete a flow: it lives on. */
  deletionRefused(key: FlowKey): void {
    this.#note('failed deletion');
    this.refused.set(key, { ...this.baseOf(key) });
  }

  /** The slow path wanted to delete a flow that was gone. */
  deletionMissed(): void {
    this.#note('failed deletion');
  }

  /** The flow was deleted as it was asked for. */
  deleted(key: FlowKey): void {
    this.refused.delete(key);
    this.foreign.delete(key);
  }

  /** Somebody else removed the flow. */
  stolen({ key, stats }: DumpedFlow): void {
    this.#note('stolen flow');
    const last = { packets: stats.packets, bytes: stats.bytes };
    const ukey = this.ukeyOf(key);
    if (ukey !== undefined) this.#ghosts.push({ last, ukey });
    else this.#destroyed = addTraffic(this.#destroyed, subtract(last, this.baseOf(key)));
    this.deleted(key);
  }

  /**
   * The slow path removes all flows at once. Those whose deletion was refused before, and those of
   * others, may lose what they have counted; any other must have been pushed.
   */
  flushed(flows: readonly DumpedFlow[]): void {
    for (const flow of flows) {
      if (this.refused.has(flow.key) || this.foreign.has(flow.key)) this.stolen(flow);
      else if (flow.stats.packets > this.baseOf(flow.key).packets) this.#note('flushed counters');
    }
  }

  /** What went with flows that others removed. */
  get destroyed(): Traffic {
    return this.#ghosts.reduce(
      (sum, { last, ukey }) => addTraffic(sum, subtract(last, ukey.getSnapshot().context.stats)),
      this.#destroyed,
    );
  }

  /** What living flows have counted and nobody has been told yet. */
  unpushed(flows: readonly DumpedFlow[]): Traffic {
    return flows.reduce(
      (sum, { key, stats }) => addTraffic(sum, subtract(stats, this.baseOf(key))),
      NO_TRAFFIC,
    );
  }

  #bookOf(port: number): PortBook {
    let book = this.#ports.get(port);
    if (book === undefined) {
      book = { entered: NO_TRAFFIC, dropped: NO_TRAFFIC };
      this.#ports.set(port, book);
    }
    return book;
  }
}
