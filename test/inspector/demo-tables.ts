/**
 * Made-up tables as large as real ones: 200,000 megaflows, a stream of upcalls, counters over time.
 * With them the page is looked at, and its frames are measured, without a switch.
 *
 * Owner: of the tables; `tick` is told how far time has gone on.
 */

import { createRng } from '../../src/base/rng.js';
import type {
  ChartsView,
  FlowRow,
  FlowsQuery,
  FlowsView,
  FlowView,
  LifeEvent,
  RuleUse,
  UpcallRow,
  UpcallsQuery,
  UpcallsView,
  UpcallView,
} from '../../src/inspector/view-data.js';

const STATES = ['operational', 'operational', 'operational', 'visible', 'evicting', 'inconsistent'];
const REASONS = ['flow_idle', 'flow_reduced', 'avoid_caching'];
const UPCALLS_KEPT = 5_000;
const SAMPLE_MS = 100;
/** Sorting is costly, and nobody sees the order change more often. */
const SORT_MS = 5_000;

const COLUMN_OF: Readonly<Record<FlowsQuery['sort'], keyof FlowRow>> = {
  key: 'key',
  actions: 'actions',
  packets: 'packets',
  bytes: 'bytes',
  idle: 'idleMs',
  mask: 'maskBits',
  state: 'state',
  age: 'ageMs',
};

interface Order {
  readonly query: string;
  readonly sortedAt: number;
  readonly places: readonly number[];
}

export interface DemoOptions {
  readonly flows: number;
  readonly upcallsPerSecond: number;
}

export class DemoTables {
  readonly #flows: FlowRow[];
  readonly #rules: RuleUse[];
  readonly #options: DemoOptions;
  readonly #rng = createRng(4);
  readonly #charts: Partial<Record<keyof ChartsView, unknown>> = { deleted: {} };
  #t = 0;
  #upcalls = 0;
  #order: Order | undefined;

  constructor(options: DemoOptions) {
    this.#options = options;
    this.#flows = Array.from({ length: options.flows }, (_, i) => this.#makeFlow(i));
    this.#rules = makeRules(options.flows);
    this.tick(30_000);
  }

  get t(): number {
    return this.#t;
  }

  tick(ms: number): void {
    for (let passed = 0; passed < ms; passed += SAMPLE_MS) this.#sample();
    this.#upcalls += Math.round((ms * this.#options.upcallsPerSecond) / 1000);
    for (let i = 0; i < Math.min(2_000, this.#flows.length); i++) this.#touch();
  }

  flows(query: FlowsQuery): FlowsView {
    const places = this.#sorted(query);
    const shown = places.slice(query.offset, query.offset + query.limit);
    return {
      rows: shown.flatMap((place) => this.#flows[place] ?? []),
      offset: query.offset,
      total: places.length,
      flows: this.#flows.length,
      omitted: query.filter === '' ? 0 : 1_200,
      rules: this.#rules,
    };
  }

  flow(flow: number): FlowView {
    const row = this.#flows[flow - 1];
    const isGone = flow % 3 === 0;
    return {
      row: row && { ...row, ...(isGone && { state: 'deleted', reason: 'flow_idle' }) },
      events: lifeOf(flow, isGone),
      omitted: isGone ? 14 : 0,
      rules: this.#rules.slice(flow % 3, (flow % 3) + 2),
      whyDeleted: isGone ? 'deleted: it was idle for 10.2 s (flow_idle)' : undefined,
    };
  }

  upcalls(query: UpcallsQuery): UpcallsView {
    const last = Math.min(this.#upcalls, (query.before ?? Number.POSITIVE_INFINITY) - 1);
    const words = query.filter.split(/\s+/);
    const rows: UpcallRow[] = [];
    const oldest = Math.max(1, this.#upcalls - UPCALLS_KEPT);
    for (let n = last; n >= oldest && rows.length < query.limit; n--) {
      const row = this.#upcall(n);
      if (words.every((word) => JSON.stringify(row).includes(word))) rows.push(row);
    }
    const omitted = oldest - 1;
    return { rows, total: this.#upcalls, omitted, perSecond: this.#options.upcallsPerSecond };
  }

  upcall(upcall: number): UpcallView {
    const row = this.#upcall(upcall);
    return { row, messages: messagesOf(row), rules: this.#rules.slice(0, 2) };
  }

  charts(points: number): ChartsView {
    const cut = (column: unknown): unknown =>
      Array.isArray(column)
        ? column.slice(-points)
        : Object.fromEntries(Object.entries(column as object).map(([k, v]) => [k, cut(v)]));
    return cut(this.#charts) as ChartsView;
  }

  #makeFlow(i: number): FlowRow {
    const packets = this.#rng.below(100) === 0 ? this.#rng.below(1e6) : this.#rng.below(50);
    const [a, b, c] = [(i >> 16) & 255, (i >> 8) & 255, i & 255];
    return {
      flow: i + 1,
      key:
        `in_port(${1 + (i % 4)}),eth(src=50:54:00:${hex(a)}:${hex(b)}:${hex(c)},` +
        `dst=50:54:00:00:00:0a),eth_type(0x0800),ipv4(src=10.${a}.${b}.${c},dst=10.0.0.2,proto=6,` +
        `frag=no),tcp(dst=${i % 2 === 0 ? 80 : 443})`,
      actions: i % 11 === 0 ? 'drop' : `${1 + (i % 3)}${i % 7 === 0 ? ',push_vlan(vid=9),4' : ''}`,
      packets,
      bytes: packets * (60 + this.#rng.below(1_400)),
      idleMs: packets === 0 ? undefined : this.#rng.below(10_000),
      ageMs: this.#rng.below(600_000),
      maskBits: 64 + 8 * (i % 17),
      state: STATES[this.#rng.below(STATES.length)] ?? 'operational',
      reason: undefined,
    };
  }

  #touch(): void {
    const place = this.#rng.below(this.#flows.length);
    const row = this.#flows[place];
    if (row === undefined) return;
    const packets = row.packets + this.#rng.below(40);
    this.#flows[place] = { ...row, packets, bytes: packets * 98, idleMs: this.#rng.below(400) };
  }

  #sorted({ filter, sort, isDescending }: FlowsQuery): readonly number[] {
    const query = JSON.stringify([filter, sort, isDescending]);
    const held = this.#order;
    if (held?.query === query && this.#t - held.sortedAt < SORT_MS) return held.places;
    const words = filter.split(/\s+/).filter((word) => !/^(|gone|rule:.*)$/.test(word));
    const passing: number[] = [];
    for (const [place, { key, actions, state }] of this.#flows.entries()) {
      if (words.every((word) => `${key} ${actions} ${state}`.includes(word))) passing.push(place);
    }
    const cells = this.#flows.map((row) => row[COLUMN_OF[sort]] ?? -1);
    const sign = isDescending ? -1 : 1;
    passing.sort((a, b) => {
      const [x, y] = [cells[a] ?? -1, cells[b] ?? -1];
      return x === y ? 0 : x < y ? -sign : sign;
    });
    this.#order = { query, sortedAt: this.#t, places: passing };
    return passing;
  }

  #upcall(n: number): UpcallRow {
    const row = this.#flows[(n * 7919) % this.#flows.length];
    const outcome = n % 13 === 0 ? 'dropped' : n % 5 === 0 ? 'executed' : 'installed';
    return {
      upcall: n,
      t: this.#t - ((this.#upcalls - n) * 1000) / this.#options.upcallsPerSecond,
      handler: n % 2,
      class: n % 29 === 0 ? 'slow_path' : 'miss',
      port: `p${1 + (n % 4)}`,
      key: row?.key ?? '',
      size: 60 + ((n * 31) % 1_400),
      actions: row?.actions ?? '',
      us: 9 + ((n * 17) % 60),
      outcome,
      flow: outcome === 'installed' ? row?.flow : undefined,
    };
  }

  #sample(): void {
    this.#t += SAMPLE_MS;
    const wave = 1 + Math.sin(this.#t / 7_000);
    const rate = this.#options.upcallsPerSecond;
    const deleted = (this.#charts.deleted ?? {}) as Record<string, number[]>;
    for (const [i, reason] of REASONS.entries()) {
      deleted[reason] = [
        ...(deleted[reason] ?? []),
        Math.round(wave * this.#rng.below(40 / (i + 1))),
      ];
    }
    const add = (column: keyof ChartsView, value: number): void => {
      const values = this.#charts[column] as number[] | undefined;
      this.#charts[column] = [...(values ?? []).slice(-2_000), value];
    };
    this.#charts.deleted = deleted;
    add('t', this.#t);
    add('upcallsPerSecond', rate * wave + this.#rng.below(rate / 10));
    add('hitsPerSecond', 60_000 * wave + this.#rng.below(4_000));
    add('missesPerSecond', rate * wave + this.#rng.below(rate / 8));
    add('lostPerSecond', wave > 1.8 ? this.#rng.below(400) : 0);
    add('flows', Math.round(this.#options.flows * (0.4 + 0.3 * wave)));
    add('flowLimit', wave > 1.5 ? 150_000 : 200_000);
    add('dumpMs', 120 * wave * wave + this.#rng.below(30));
    add('loopDelayMs', this.#rng.below(4) + (wave > 1.9 ? 12 : 0));
  }
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function makeRules(flows: number): RuleUse[] {
  return Array.from({ length: 20 }, (_, i) => ({
    rule: i + 1,
    bridge: 'br0',
    table: i % 3,
    text: `priority=${100 - i},tcp,nw_dst=10.0.${i}.0/24 actions=output:${1 + (i % 3)}`,
    megaflows: Math.round(flows / 2 ** (i + 1)),
  }));
}

function lifeOf(flow: number, isGone: boolean): LifeEvent[] {
  const upcall = flow * 3;
  const events: Omit<LifeEvent, 'n'>[] = [
    { t: 1_200, kind: 'upcall', text: 'a frame of 98 bytes missed at port p1', upcall },
    { t: 1_200, kind: 'xlate', text: 'translated in 23 µs: 2 tables, 1 action', upcall },
    { t: 1_201, kind: 'put', text: 'put with a mask of 112 bits', upcall },
    { t: 1_201, kind: 'ukey', text: 'visible → operational', upcall: undefined },
    { t: 1_700, kind: 'dump', text: 'kept: 12 packets since the last dump', upcall: undefined },
    { t: 2_200, kind: 'dump', text: 'kept: 3 packets since the last dump', upcall: undefined },
    { t: 2_700, kind: 'modify', text: 'modified: actions are 2,3 now', upcall: undefined },
    { t: 2_702, kind: 'sweep', text: 'kept by the sweep', upcall: undefined },
  ];
  if (isGone) {
    events.push({
      t: 12_900,
      kind: 'delete',
      text: 'deleted: flow_idle, 15 packets in all',
      upcall: undefined,
    });
  }
  return events.map((event, i) => ({ ...event, n: 100 + i }));
}

function messagesOf({ key, size, actions, flow }: UpcallRow): UpcallView['messages'] {
  const steps = [
    { depth: 0, kind: 'table', text: 'table 0: priority=100,tcp,in_port=1', rule: 1 },
    { depth: 0, kind: 'action', text: 'set_field:10.0.0.9->ip_src' },
    { depth: 0, kind: 'action', text: 'resubmit(,1)' },
    { depth: 1, kind: 'table', text: 'table 1: priority=90,ip,nw_dst=10.0.0.0/24', rule: 2 },
    {
      depth: 1,
      kind: 'action',
      text: 'learn(table=2,hard_timeout=10,NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[])',
    },
    { depth: 1, kind: 'action', text: 'resubmit(,2)' },
    { depth: 2, kind: 'table', text: 'table 2' },
    { depth: 1, kind: 'note', text: 'goes on with the actions of table 1' },
    { depth: 1, kind: 'action', text: 'output:2' },
  ] as const;
  const none = { us: undefined, steps: [] };
  return [
    { from: 'port', to: 'datapath', text: `a frame of ${size} bytes`, ...none },
    { from: 'datapath', to: 'datapath', text: 'no megaflow matches: queued', ...none },
    { from: 'datapath', to: 'handler', text: `miss ${key}`, us: 4.2, steps: [] },
    { from: 'handler', to: 'translator', text: 'translate', us: 23, steps },
    { from: 'translator', to: 'handler', text: `actions ${actions}, mask of 112 bits`, ...none },
    { from: 'handler', to: 'datapath', text: `put flow ${flow ?? 7}, execute`, us: 6.1, steps: [] },
    { from: 'datapath', to: 'port', text: `output to ${actions}`, ...none },
  ];
}
