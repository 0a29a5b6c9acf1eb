/**
 * What the simulator sees of the slow path from outside: calls of the datapath and of the
 * translator, and the slow path's own records. Invariants listen to these.
 */

import type { UdpifRecord } from '../../src/actors/udpif-event.js';
import type { DpifOp, DumpedFlow, Errno, FlowStats, Upcall } from '../../src/datapath/dpif.js';

export type Fact =
  | { readonly type: 'record'; readonly record: UdpifRecord }
  /** A handler read an upcall from its queue; undefined: the datapath waits for the answer. */
  | {
      readonly type: 'upcall.read';
      readonly handler: number | undefined;
      readonly upcall: Upcall;
    }
  | {
      readonly type: 'translated';
      /** What it was for, where a handler asked; undefined: a revalidator asked. */
      readonly upcall: Upcall | undefined;
      /** How many actions the answer has; undefined: it threw. */
      readonly actions: number | undefined;
    }
  /** Statistics reached the translator: from a cache, or with a translation. */
  | { readonly type: 'pushed'; readonly stats: Readonly<FlowStats>; readonly isFromCache: boolean }
  /** Operations came down. */
  | { readonly type: 'submitted'; readonly ops: readonly DpifOp[] }
  /** They are answered now. `isIntact`: nobody changed them meanwhile. */
  | {
      readonly type: 'answered';
      readonly ops: readonly DpifOp[];
      readonly isIntact: boolean;
    }
  | { readonly type: 'dump.started' }
  | { readonly type: 'dump.joined' }
  /** Flows that `next` is about to return. */
  | { readonly type: 'dump.delivered'; readonly flows: readonly DumpedFlow[] }
  | { readonly type: 'dump.left' }
  | { readonly type: 'dump.done'; readonly error: Errno | undefined }
  /** The datapath was asked how many flows it has; undefined: it did not answer. */
  | { readonly type: 'counted'; readonly flows: number | undefined }
  | { readonly type: 'reval.changed' }
  /** `upcall/show` was asked for. */
  | { readonly type: 'shown'; readonly text: string };
