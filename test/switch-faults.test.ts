import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../src/base/virtual-clock.js';
import type { Dpif, DpifOp, DumpedFlow, FlowStats } from '../src/datapath/dpif.js';
import type { FlowKey } from '../src/datapath/flow-key.js';
import type { Translator, XlateCache } from '../src/datapath/translator.js';
import { createSwitch } from '../src/switch.js';
import type { SwitchOptions } from '../src/switch-options.js';
import { packet } from '../src/switch-packet.js';

const FLOWS = 20;
const ROUNDS = 5;

/** Twenty flows, five rounds of packets, a revalidation cycle between two rounds; then stop. */
async function run(options: SwitchOptions = {}) {
  const clock = new VirtualClock({ start: 1_000_000 });
  const sw = createSwitch({ ports: 2, clock, ...options });
  for (let round = 0; round < ROUNDS; round++) {
    for (let i = 0; i < FLOWS; i++) sw.inject(1, packet(`udp,dl_dst=02:00:00:00:01:${10 + i}`));
    clock.advance(600);
  }
  for (let i = 0; i < FLOWS; i++) sw.inject(1, packet(`udp,dl_dst=02:00:00:00:01:${10 + i}`));
  await sw.stop();
  return sw.conservation();
}

type Push = XlateCache['push'];

/** A translator whose caches push as `push` says. */
function withPush(push: (inner: Push) => Push): (translator: Translator) => Translator {
  const inners = new WeakMap<XlateCache, XlateCache>();
  return (translator) => ({
    receive: (key) => translator.receive(key),
    translate: (request) => {
      const inner = request.cache === undefined ? undefined : inners.get(request.cache);
      return translator.translate(inner === undefined ? request : { ...request, cache: inner });
    },
    createCache: () => {
      const inner = translator.createCache();
      const outer = {
        push: push((stats, mayLearn) => inner.push(stats, mayLearn)),
        clear: () => inner.clear(),
      };
      inners.set(outer, inner);
      return outer;
    },
    revalidations: translator.revalidations,
    netflowExists: () => translator.netflowExists(),
  });
}

/** Does `fault` instead of `inner` the first time that there is something to push. */
function once(fault: (inner: Push, stats: Readonly<FlowStats>) => void): (inner: Push) => Push {
  let isDone = false;
  return (inner) => (stats, mayLearn) => {
    const isFirst = !isDone && stats.packets > 0;
    isDone ||= isFirst;
    if (isFirst) fault(inner, stats);
    else inner(stats, mayLearn);
  };
}

/** A datapath whose first deletion answers with the counters of the last dump. */
function forgettingLastDelta(dpif: Dpif): Dpif {
  const dumped: { key: FlowKey; stats: FlowStats }[] = [];
  const find = (key: FlowKey) => dumped.find((flow) => flow.key.equals(key));
  const note = ({ key, stats }: DumpedFlow) => {
    const known = find(key);
    if (known === undefined) dumped.push({ key, stats: { ...stats } });
    else known.stats = { ...stats };
  };
  const forget = (ops: readonly DpifOp[]) => {
    for (const op of ops) {
      const known = op.type === 'delete' ? find(op.key) : undefined;
      if (op.type !== 'delete' || op.stats === undefined || known === undefined) continue;
      if (op.stats.packets === known.stats.packets) continue;
      op.stats = { ...known.stats };
      return;
    }
  };
  return {
    name: dpif.name,
    handlersSet: (count) => dpif.handlersSet(count),
    recv: (handler) => dpif.recv(handler),
    recvWait: (handler) => dpif.recvWait(handler),
    operate: (ops, done) =>
      dpif.operate(ops, () => {
        forget(ops);
        done();
      }),
    flowDumpStart: () => {
      const dump = dpif.flowDumpStart();
      return {
        thread: () => {
          const thread = dump.thread();
          return {
            next: (countMax) => {
              const flows = thread.next(countMax);
              for (const flow of flows) note(flow);
              return flows;
            },
            end: () => thread.end(),
          };
        },
        done: () => dump.done(),
      };
    },
    flowFlush: () => dpif.flowFlush(),
    getStats: () => dpif.getStats(),
    portGetPid: (port, hash) => dpif.portGetPid(port, hash),
  };
}

describe('Switch.conservation()', () => {
  it('is ok when every packet was credited', async () => {
    const packets = FLOWS * (ROUNDS + 1);
    expect(await run()).toMatchObject({ packetsIn: packets, packetsCredited: packets, ok: true });
  });

  it('stays ok behind wrappers that change nothing', async () => {
    const wrapTranslator = withPush((inner) => inner);
    expect(await run({ wrapTranslator, wrapDpif: (dpif) => dpif })).toMatchObject({ ok: true });
  });

  it('is not ok when a push of the translation cache is dropped', async () => {
    const wrapTranslator = withPush(once(() => {}));
    expect(await run({ wrapTranslator })).toMatchObject({ ok: false });
  });

  it('is not ok when the last delta of a delete is dropped', async () => {
    expect(await run({ wrapDpif: forgettingLastDelta })).toMatchObject({ ok: false });
  });

  it('is not ok when a delta is pushed twice', async () => {
    const twice = once((inner, stats) => {
      inner(stats, true);
      inner(stats, true);
    });
    expect(await run({ wrapTranslator: withPush(twice) })).toMatchObject({ ok: false });
  });
});
