/**
 * The way of a packet that is known: extract, look up, count, execute. What is not known goes to
 * `missed`.
 *
 * Answers to `dp_netdev_input()` of OVS. A packet counts for the flow that it finds, never for one
 * that is installed on its account; one that is recirculated counts for each flow that it finds.
 * Frames without room for an Ethernet header are `invalid` and looked up by nobody.
 *
 * Owner: the datapath. The scratch flow is good until the next packet.
 *
 * Hot path. Bench: `bench/hit-path.ts`.
 */

import type { Instant, OdpPort } from '../base/brands.js';
import type { Coverage } from '../base/coverage.js';
import { extractFlow } from '../packet/extract.js';
import { createFlow, type Flow } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { ETH_HEADER_SIZE, IPPROTO_TCP } from '../packet/protocol.js';
import type { ActionExecutor } from './action-executor.js';
import { ExactMatchCache, exactMatchHash } from './exact-match-cache.js';
import type { MegaflowTable } from './megaflow-table.js';

/** How long a ranking of the masks lasts. Answers to `DPCLS_OPTIMIZATION_INTERVAL`. */
const RANKING_MS = 1000;
const NONE = -1;

export interface FastPathOptions {
  readonly table: MegaflowTable;
  readonly executor: ActionExecutor;
  readonly coverage: Coverage;
  /** How many VLAN tags of a frame are looked at. */
  readonly vlanLimit: number;
  /** Takes care of a packet without a flow; `key` is scratch. */
  readonly missed: (frame: Uint8Array, key: Flow) => void;
}

export class FastPath {
  hitCount = 0;
  missedCount = 0;
  invalidCount = 0;
  invalidBytes = 0;

  readonly #table: MegaflowTable;
  readonly #cache = new ExactMatchCache();
  readonly #executor: ActionExecutor;
  readonly #coverage: Coverage;
  readonly #missed: (frame: Uint8Array, key: Flow) => void;
  readonly #vlanLimit: number;
  readonly #flow = createFlow();
  #now = 0;
  #rankedAt = 0;

  constructor(options: FastPathOptions) {
    this.#table = options.table;
    this.#executor = options.executor;
    this.#coverage = options.coverage;
    this.#missed = options.missed;
    this.#vlanLimit = options.vlanLimit;
  }

  /** Sets the time of the packets that follow. */
  beginBurst(now: Instant): void {
    this.#now = now;
    if (Math.abs(now - this.#rankedAt) < RANKING_MS) return;
    this.#rankedAt = now;
    this.#table.rank();
  }

  /** Does with a frame what its flow says. */
  readonly receive = (frame: Uint8Array, port: OdpPort): void => {
    if (frame.length < ETH_HEADER_SIZE) {
      this.invalidCount++;
      this.invalidBytes += frame.length;
      this.#coverage.inc('datapath_drop_rx_invalid_packet');
      return;
    }
    const flow = this.#flow;
    extractFlow(frame, flow, this.#vlanLimit);
    flow[L.IN_PORT] = port;
    this.lookUp(frame, flow);
  };

  /** Does with a packet what its flow `key` says; also with one that an action has sent round. */
  readonly lookUp = (frame: Uint8Array, key: Flow): void => {
    const handle = this.#find(key);
    if (handle === NONE) {
      this.missedCount++;
      this.#missed(frame, key);
      return;
    }
    this.hitCount++;
    this.#count(handle, frame.length, key);
    this.#executor.execute(frame, key, this.#table.actions[handle]!);
  };

  #find(flow: Flow): number {
    const table = this.#table;
    const hash = exactMatchHash(flow);
    const cached = this.#cache.lookup(flow, hash, table.generations);
    if (cached !== NONE) return cached;
    const handle = table.lookup(flow);
    if (handle !== NONE) this.#cache.insert(flow, hash, handle, table.generations);
    return handle;
  }

  #count(handle: number, size: number, flow: Flow): void {
    const table = this.#table;
    table.packets[handle]!++;
    table.bytes[handle]! += size;
    table.used[handle] = this.#now;
    if ((flow[L.NW_PROTO]! & 0xff) === IPPROTO_TCP) {
      table.tcpFlags[handle]! |= (flow[L.TCP_FLAGS]! >>> 16) & 0x0fff;
    }
  }
}
