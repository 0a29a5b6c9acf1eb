/**
 * The translator, held at arm's length: what it throws ends here.
 *
 * A request that throws counts as one without an answer. It must not have credited anybody before
 * it threw, else the accounting cannot know.
 *
 * Hot path. Bench: `bench/set-up.ts`.
 */

import type { FlowStats } from '../datapath/dpif.js';
import type { FlowKey } from '../datapath/flow-key.js';
import type {
  Ingress,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
} from '../datapath/translator.js';
import { createFlow, type Flow } from '../packet/flow.js';
import type { UdpifCore } from './udpif-core.js';

export class SafeTranslator {
  readonly #core: UdpifCore;
  readonly #translator: Translator;
  readonly #flow = createFlow();

  constructor(core: UdpifCore) {
    this.#core = core;
    this.#translator = core.deps.translator;
  }

  receive(key: Flow): Ingress | 'ENODEV' | 'EINVAL' {
    try {
      return this.#translator.receive(key);
    } catch (error) {
      this.#core.reportFault('translator', error);
      return 'EINVAL';
    }
  }

  /** The same for a key as it is kept. */
  receiveKey(key: FlowKey): Ingress | 'ENODEV' | 'EINVAL' {
    key.expandInto(this.#flow);
    return this.receive(this.#flow);
  }

  /** Undefined: it threw. */
  translate(request: XlateRequest): XlateResult | undefined {
    try {
      return this.#translator.translate(request);
    } catch (error) {
      this.#core.reportFault('translator', error);
      return undefined;
    }
  }

  /** Undefined: it threw. */
  createCache(): XlateCache | undefined {
    try {
      return this.#translator.createCache();
    } catch (error) {
      this.#core.reportFault('translator', error);
      return undefined;
    }
  }

  netflowExists(): boolean {
    return this.#translator.netflowExists();
  }

  /** Credits `stats` through `cache`; where that throws, nobody has them. */
  push(cache: XlateCache, stats: Readonly<FlowStats>): void {
    if (stats.packets === 0) return;
    try {
      cache.push(stats, true);
    } catch (error) {
      this.#core.reportFault('push', error);
      this.#core.countUncredited('push', stats.packets, stats.bytes);
    }
  }

  /** Has `cache` learn again what it stands for, at no packets (B-13). */
  relearn(cache: XlateCache): void {
    try {
      cache.relearn?.();
    } catch (error) {
      this.#core.reportFault('push', error);
    }
  }

  clear(cache: XlateCache | undefined): void {
    try {
      cache?.clear();
    } catch (error) {
      this.#core.reportFault('push', error);
    }
  }

  /** Gives a sample to whoever collects them. */
  sample(task: () => void): void {
    try {
      task();
    } catch (error) {
      this.#core.reportFault('telemetry', error);
    }
  }
}
