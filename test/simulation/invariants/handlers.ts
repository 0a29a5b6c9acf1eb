/** S13 to S16, S18 and L7: handlers do what is due to each packet, in order, and let others run. */

import type { DpifOp, ExecuteOp, PutOp, Upcall } from '../../../src/datapath/dpif.js';
import { FlowKey } from '../../../src/datapath/flow-key.js';
import type { Packet } from '../../../src/packet/packet.js';
import { KeyMap } from '../key-map.js';
import type { Complaint, Invariant } from './invariant.js';

/** `REVALIDATE_MAX_BATCH`, `FLOW_MISS_MAX_BATCH`. */
const BATCH_MAX = 50;

interface PacketBook {
  readonly upcall: Upcall;
  /** How many actions the answer had; undefined: there was none. */
  actions: number | undefined;
  executions: number;
}

function isExecute(op: DpifOp): op is ExecuteOp {
  return op.type === 'execute';
}

function isCreate(op: DpifOp): op is PutOp {
  return op.type === 'put' && op.mode === 'create';
}

function isHandlers(ops: readonly DpifOp[]): boolean {
  return ops.some((op) => isExecute(op) || isCreate(op));
}

export const S13: Invariant = {
  id: 'S13',
  holds: 'a packet with actions is executed once; one without, a sample or a bad one never',
  watch: ({ profile }) => {
    const isShared = profile.missSharing === 'batch';
    const books = new Map<Packet, PacketBook>();
    return {
      hear: (fact) => {
        if (fact.type === 'upcall.read') {
          const { upcall } = fact;
          books.set(upcall.packet, { upcall, actions: undefined, executions: 0 });
        } else if (fact.type === 'translated') {
          const book = fact.upcall && books.get(fact.upcall.packet);
          // The second translation of a slow packet is for its side effects.
          if (book !== undefined) book.actions ??= fact.actions;
        } else if (fact.type === 'submitted') {
          for (const op of fact.ops.filter(isExecute)) {
            const book = books.get(op.packet);
            if (book === undefined) return 'a packet is executed that no handler has read';
            book.executions++;
          }
        }
        return undefined;
      },
      check: () => {
        for (const { actions, executions } of books.values()) {
          // Where misses share a translation, it is known of the first of them only.
          if (isShared && executions <= 1) continue;
          const due = actions === undefined || actions === 0 ? 0 : 1;
          if (executions === due) continue;
          return `a packet with ${actions ?? 'no'} actions was executed ${executions} times`;
        }
        books.clear();
        return undefined;
      },
    };
  },
};

export const S14: Invariant = {
  id: 'S14',
  holds:
    'a handler executes in order of arrival, and puts a flow before its first miss is executed',
  watch: () => {
    const arrivals = new WeakMap<Packet, Arrival>();
    let count = 0;
    return {
      hear: (fact) => {
        if (fact.type === 'upcall.read') {
          const { packet, type } = fact.upcall;
          arrivals.set(packet, { order: count++, isMiss: type === 'miss' });
        }
        if (fact.type !== 'submitted' || !isHandlers(fact.ops)) return undefined;
        return lookAtOrder(fact.ops, arrivals);
      },
    };
  },
};

interface Arrival {
  readonly order: number;
  /** Else its flow was there when it came. */
  readonly isMiss: boolean;
}

function lookAtOrder(ops: readonly DpifOp[], arrivals: WeakMap<Packet, Arrival>): Complaint {
  let last = -1;
  const executed = new KeyMap<true>();
  const hasPuts = ops.some(isCreate);
  for (const op of ops) {
    if (isExecute(op)) {
      const { order, isMiss } = arrivals.get(op.packet) ?? { order: -1, isMiss: false };
      if (order <= last) return 'packets are executed out of order';
      last = order;
      if (hasPuts && isMiss) executed.set(FlowKey.from(op.key), true);
    } else if (isCreate(op) && executed.has(op.key)) {
      return `${op.key.hash} is put after a packet of it was executed`;
    }
  }
  return undefined;
}

export const S15: Invariant = {
  id: 'S15',
  holds: 'a flow is put once a batch, and never at or over the limit, unless it drops',
  watch: ({ profile }) => {
    let flows = 0;
    let limit = Number.POSITIVE_INFINITY;
    return {
      hear: (fact) => {
        if (fact.type === 'counted') flows = fact.flows ?? profile.flowsAfterError(flows);
        if (fact.type === 'record' && fact.record.type === 'limit') limit = fact.record.to;
        if (fact.type !== 'submitted') return undefined;
        const puts = fact.ops.filter(isCreate);
        const keys = new KeyMap<true>();
        for (const { key } of puts) keys.set(key, true);
        if (keys.count !== puts.length) return 'a flow is put twice in a batch';
        const isDrop = fact.ops.length === 1 && puts[0]?.actions.length === 0;
        if (puts.length === 0 || isDrop || flows < limit) return undefined;
        return `a flow is put although there are ${flows} and the limit is ${limit}`;
      },
    };
  },
};

export const S16: Invariant = {
  id: 'S16',
  holds: 'handlers only put and execute, and push no counters; revalidators do neither',
  watch: (world) => {
    let handlersTurn = -1;
    return {
      hear: (fact) => {
        if (fact.type === 'upcall.read') handlersTurn = world.turn;
        if (fact.type === 'pushed' && fact.isFromCache && handlersTurn === world.turn) {
          return 'counters are pushed in a turn of a handler';
        }
        if (fact.type !== 'submitted' || !isHandlers(fact.ops)) return undefined;
        const isPure = fact.ops.every((op) => isExecute(op) || isCreate(op));
        return isPure ? undefined : 'a batch mixes the operations of handlers and revalidators';
      },
    };
  },
};

export const S18: Invariant = {
  id: 'S18',
  holds: 'a handler sends at most 100 operations at once, a revalidator 50',
  watch: () => ({
    hear: (fact) => {
      if (fact.type !== 'submitted') return undefined;
      const countMax = isHandlers(fact.ops) ? 2 * BATCH_MAX : BATCH_MAX;
      return fact.ops.length <= countMax ? undefined : `${fact.ops.length} operations at once`;
    },
  }),
};

export const L7: Invariant = {
  id: 'L7',
  holds: 'a handler yields after every batch',
  watch: (world) => {
    let turn = -1;
    const counts = new Map<number, number>();
    return {
      hear: (fact) => {
        if (fact.type !== 'upcall.read' || fact.handler === undefined) return undefined;
        if (turn !== world.turn) counts.clear();
        turn = world.turn;
        const count = (counts.get(fact.handler) ?? 0) + 1;
        counts.set(fact.handler, count);
        return count <= BATCH_MAX ? undefined : `a handler read ${count} upcalls in one turn`;
      },
    };
  },
};
