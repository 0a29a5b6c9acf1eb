/**
 * The embedded datapath (work in progress: signatures are final).
 */

import type { Observable } from 'rxjs';
import type { OdpPort } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { Coverage } from '../base/coverage.js';
import type { Log } from '../base/log.js';
import type { Dpif, DpifOp, DpStats, Errno, FlowDump, Upcall } from './dpif.js';
import type { MaskTable } from './mask.js';
import type { Port } from './port.js';

export interface EmbeddedDpifOptions {
  /** "type@base", as logs and `upcall/show` print it. */
  readonly name: string;
  readonly clock: Clock;
  readonly coverage: Coverage;
  /** Shared with whoever makes masks for this datapath, so that equal masks are one object. */
  readonly masks: MaskTable;
  readonly log?: Log;
  /** Flows that the table holds at most; default `FLOWS_MAX`. */
  readonly flowsMax?: number;
  /** Tests: what a dump returned becomes garbage when its thread goes on. */
  readonly poisonsDumps?: boolean;
  /**
   * The policy `inline`: called for a miss, before it is queued; true: it is taken care of. The
   * callee owns the upcall, and may use `operate`. Absent: `queued`.
   */
  readonly upcallInline?: (upcall: Upcall) => boolean;
}

export class EmbeddedDpif implements Dpif {
  readonly name: string;

  constructor(options: EmbeddedDpifOptions) {
    this.name = options.name;
  }

  /** 'EEXIST' where the number or the name is taken. */
  addPort(_port: Port): Errno | undefined {
    throw new Error('not yet');
  }

  /** 'ENODEV' where there is no such port. */
  removePort(_number: OdpPort): Errno | undefined {
    throw new Error('not yet');
  }

  /** In order of their numbers. */
  ports(): readonly Port[] {
    throw new Error('not yet');
  }

  handlersSet(_count: number): Errno | undefined {
    throw new Error('not yet');
  }

  recv(_handler: number): Upcall | Errno {
    throw new Error('not yet');
  }

  recvWait(_handler: number): Observable<void> {
    throw new Error('not yet');
  }

  operate(_ops: readonly DpifOp[], _done: () => void): void {
    throw new Error('not yet');
  }

  flowDumpStart(): FlowDump {
    throw new Error('not yet');
  }

  flowFlush(): Errno | undefined {
    throw new Error('not yet');
  }

  getStats(): DpStats {
    throw new Error('not yet');
  }

  portGetPid(_port: OdpPort, _hash: number): number {
    throw new Error('not yet');
  }

  /** Whether no packet, upcall or frame is on its way inside. */
  isQuiescent(): boolean {
    throw new Error('not yet');
  }
}
