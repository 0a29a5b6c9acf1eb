/**
 * The translator as the slow path sees it in the simulator: the real one, which may throw before it
 * does anything, and with a witness at its door who notes what each handler asked for which upcall,
 * what statistics went in, and which caches are filled.
 *
 * Owner: one run.
 */

import type { Observable } from 'rxjs';
import type { FlowStats, Upcall } from '../../src/datapath/dpif.js';
import type {
  Ingress,
  RevalidationReason,
  Translator,
  XlateCache,
  XlateRequest,
  XlateResult,
} from '../../src/datapath/translator.js';
import type { Flow } from '../../src/packet/flow.js';
import type { Circumstance } from './circumstances.js';
import type { Fact } from './fact.js';
import type { Faults } from './faults.js';

export interface TranslatorSurroundings {
  readonly faults: Faults;
  readonly tell: (fact: Fact) => void;
  /** The upcall that has this very key, if a handler has read it lately. */
  readonly upcallOf: (key: Flow) => Upcall | undefined;
  readonly note: (circumstance: Circumstance) => void;
}

export class WitnessTranslator implements Translator {
  readonly revalidations: Observable<RevalidationReason>;
  /** Caches that a translation has filled and nobody has cleared since. */
  readonly filled = new Set<XlateCache>();
  /** The real translator, for questions that nobody shall notice. */
  readonly inner: Translator;
  readonly #surroundings: TranslatorSurroundings;
  readonly #inners = new WeakMap<XlateCache, XlateCache>();
  #upcall: Upcall | undefined;

  constructor(inner: Translator, surroundings: TranslatorSurroundings) {
    this.inner = inner;
    this.revalidations = inner.revalidations;
    this.#surroundings = surroundings;
  }

  receive(key: Flow): Ingress | 'ENODEV' | 'EINVAL' {
    this.#upcall = this.#surroundings.upcallOf(key);
    const ingress = this.#ask(() => this.inner.receive(key), 'receive');
    if (typeof ingress === 'string') this.#noteUntranslatable();
    return ingress;
  }

  translate(request: XlateRequest): XlateResult {
    const { tell } = this.#surroundings;
    const result = this.#ask(() => {
      if (request.stats !== undefined) {
        tell({ type: 'pushed', stats: request.stats, isFromCache: false });
      }
      return this.inner.translate(this.#unwrap(request));
    }, 'translate');
    tell({ type: 'translated', upcall: this.#upcall, actions: result.actions.length });
    return result;
  }

  createCache(): XlateCache {
    this.#surroundings.faults.mayThrow('createCache');
    const inner = this.inner.createCache();
    const outer: XlateCache = {
      push: (stats, mayLearn) => this.#push(inner, stats, mayLearn),
      clear: () => this.#clear(outer, inner),
    };
    this.#inners.set(outer, inner);
    return outer;
  }

  netflowExists(): boolean {
    return this.inner.netflowExists();
  }

  /** Asks the real translator, unless it is time to throw. */
  #ask<Answer>(ask: () => Answer, thrower: 'receive' | 'translate'): Answer {
    try {
      this.#surroundings.faults.mayThrow(thrower);
    } catch (error) {
      this.#noteUntranslatable();
      this.#surroundings.tell({ type: 'translated', upcall: this.#upcall, actions: undefined });
      throw error;
    }
    return ask();
  }

  /** Of a handler's packets it is counted that nobody could tell; a revalidator's are lost. */
  #noteUntranslatable(): void {
    if (this.#upcall === undefined) this.#surroundings.note('untranslatable key');
  }

  #unwrap(request: XlateRequest): XlateRequest {
    if (request.cache === undefined) return request;
    const inner = this.#inners.get(request.cache);
    if (inner === undefined) return request;
    this.filled.add(request.cache);
    return { ...request, cache: inner };
  }

  #push(inner: XlateCache, stats: Readonly<FlowStats>, mayLearn: boolean): void {
    this.#surroundings.faults.mayThrow('push');
    this.#surroundings.tell({ type: 'pushed', stats, isFromCache: true });
    inner.push(stats, mayLearn);
  }

  #clear(outer: XlateCache, inner: XlateCache): void {
    this.filled.delete(outer);
    inner.clear();
    this.#surroundings.faults.mayThrow('clear');
  }
}
