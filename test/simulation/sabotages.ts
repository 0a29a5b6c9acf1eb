/**
 * Slow paths that are broken on purpose, to see the simulator convict them.
 *
 * Each stands between a sound slow path and its surroundings and spoils one thing, now and then.
 */

import { filter } from 'rxjs';
import type { DeleteOp, Dpif, DpifOp } from '../../src/datapath/dpif.js';
import type { Translator, XlateCache } from '../../src/datapath/translator.js';
import type { PatchLink } from '../../src/ofproto/patch-ports.js';
import type { Sabotage } from './world.js';

/** The datapath but for its operations. */
function withOperate(dpif: Dpif, operate: Dpif['operate']): Dpif {
  return {
    name: dpif.name,
    handlersSet: (count) => dpif.handlersSet(count),
    recv: (handler) => dpif.recv(handler),
    recvWait: (handler) => dpif.recvWait(handler),
    operate,
    flowDumpStart: () => dpif.flowDumpStart(),
    flowFlush: () => dpif.flowFlush(),
    getStats: () => dpif.getStats(),
    portGetPid: (port, hash) => dpif.portGetPid(port, hash),
  };
}

/** The translator but for what its caches push. */
function withPush(
  translator: Translator,
  push: (inner: XlateCache) => XlateCache['push'],
): Translator {
  const inners = new WeakMap<XlateCache, XlateCache>();
  return {
    receive: (key) => translator.receive(key),
    translate: (request) => {
      const cache = request.cache === undefined ? undefined : inners.get(request.cache);
      return translator.translate(cache === undefined ? request : { ...request, cache });
    },
    createCache: () => {
      const inner = translator.createCache();
      const outer: XlateCache = { push: push(inner), clear: () => inner.clear() };
      inners.set(outer, inner);
      return outer;
    },
    revalidations: translator.revalidations,
    netflowExists: () => translator.netflowExists(),
  };
}

/** Pushes a delta of more than one packet twice. */
export const pushesTwice = (): Sabotage => ({
  wrapTranslator: (translator) =>
    withPush(translator, (inner) => (stats, mayLearn) => {
      inner.push(stats, mayLearn);
      if (stats.packets > 1) inner.push(stats, mayLearn);
    }),
});

/** Forgets what a deletion's answer says: the last delta is never pushed. */
export const dropsLastDelta = (): Sabotage => ({
  wrapDpif: (dpif) =>
    withOperate(dpif, (ops, done) =>
      dpif.operate(ops, () => {
        for (const op of ops.filter(isDeletion)) {
          if (op.stats !== undefined) op.stats = { ...op.stats, packets: 0, bytes: 0 };
        }
        done();
      }),
    ),
});

/** Says of a flow that it is gone when its deletion was refused: what later OVS makes of it. */
export const forgetsRefusals = (): Sabotage => ({
  wrapDpif: (dpif) =>
    withOperate(dpif, (ops, done) =>
      dpif.operate(ops, () => {
        for (const op of ops.filter(isDeletion)) if (op.error !== undefined) op.error = 'ENOENT';
        done();
      }),
    ),
});

/** Executes packets in the wrong order. */
export const executesBackwards = (): Sabotage => ({
  wrapDpif: (dpif) => withOperate(dpif, (ops, done) => dpif.operate([...ops].reverse(), done)),
});

/** Modifies no flow, and says that it did. */
export const modifiesNothing = (): Sabotage => ({
  wrapDpif: (dpif) =>
    withOperate(dpif, (ops, done) =>
      dpif.operate(
        ops.filter((op) => op.type !== 'put' || op.mode !== 'modify'),
        done,
      ),
    ),
});

/** A patch port hears of the first packet of a push only. */
export const receivesOne = (): Sabotage => ({
  meddle: ({ link }) => {
    for (const way of bothWays(link)) {
      const { counters } = way.to;
      way.push = ({ packets, bytes }) => {
        way.from.counters.txPackets += packets;
        way.from.counters.txBytes += bytes;
        counters.rxPackets += Math.min(packets, 1);
        counters.rxBytes += packets > 0 ? bytes / packets : 0;
      };
    }
  },
});

/** Pushes what happened in the bridge behind a patch port to the bridge before it. */
export const staysInFirstBridge = (): Sabotage => ({
  meddle: ({ link }) => {
    for (const { from, to } of bothWays(link)) {
      Reflect.set(to.turn, 'ofproto', from.ofproto);
    }
  },
});

function bothWays(link: PatchLink | undefined): readonly PatchLink[] {
  const back = link?.to.link;
  return link === undefined || back === undefined ? [] : [link, back];
}

/** Revalidates for rules and addresses, but not for ports that come and go. */
export const overlooksPorts = (): Sabotage => ({
  wrapTranslator: (translator) => ({
    ...withPush(translator, (inner) => (stats, mayLearn) => inner.push(stats, mayLearn)),
    revalidations: translator.revalidations.pipe(filter((reason) => reason !== 'reconfigure')),
  }),
});

function isDeletion(op: DpifOp): op is DeleteOp {
  return op.type === 'delete';
}
