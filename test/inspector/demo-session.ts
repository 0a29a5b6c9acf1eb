/**
 * A session with made-up, plausible documents, for looking at the page and for testing it without a
 * switch: `step` moves it on, and a leader, two followers and some flows move with it.
 */

import { Subject } from 'rxjs';
import { UpcallError } from '../../src/base/errors.js';
import type { LogHeader } from '../../src/inspector/log-entry.js';
import { machineGraph } from '../../src/inspector/machine-graph.js';
import type { InspectorSession } from '../../src/inspector/session.js';
import type {
  ChartsView,
  EdgeEvent,
  FlowsView,
  HouseView,
  MachineView,
  Position,
  UpcallsView,
  ViewDocuments,
  ViewName,
  ViewQueries,
} from '../../src/inspector/view-data.js';
import type { TimeCommand } from '../../src/inspector/wire.js';
import { drawJson } from '../../src/machines/drawing.js';
import { machines } from '../../src/machines/registry.js';
import { demoCycles } from './demo-cycles.js';
import { demoFlow, demoFlowRow, demoRules, demoUpcall, demoUpcallRow } from './demo-flows.js';
import { demoActors, demoHouse } from './demo-house.js';

const LAST = 12_480;
const STARTED_AT = 1_700_000_000_000;
/** Switch time between two entries. */
const ENTRY_MS = 3;
const POINTS = 300;

const HEADER: LogHeader = {
  upcall: 'event log',
  version: 1,
  program: '0.1.0',
  title: 'bundled.pcap with bundled.flows',
  profile: 'current',
  ukeyMachine: 'ukey',
  machines: Object.fromEntries(machines.map(({ name, machine }) => [name, drawJson(machine)])),
  bridges: ['br0'],
  ports: [1, 2, 3].map((port) => ({ name: `p${port}`, bridge: 'br0', odp: port, ofp: port })),
  startedAt: STARTED_AT,
};

export class DemoSession implements InspectorSession {
  readonly header: LogHeader;
  readonly #changes = new Subject<void>();
  readonly changes = this.#changes.asObservable();
  readonly #kind: Position['kind'];
  #n = LAST / 2;
  #speed = 1;
  #isRunning = false;

  constructor(kind: Position['kind'] = 'replay', definitions = HEADER.machines) {
    this.#kind = kind;
    this.header = { ...HEADER, machines: definitions };
  }

  position(): Position {
    const isLive = this.#kind === 'live';
    return {
      kind: this.#kind,
      n: this.#n,
      last: isLive ? this.#n : LAST,
      t: this.#now,
      startedAt: STARTED_AT,
      isRunning: this.#isRunning,
      pauses: isLive ? 'revalidators' : 'everything',
      speed: this.#speed,
      isComplete: this.#kind === 'recording',
      dropped: isLive ? { ukey: 1234 } : {},
    };
  }

  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View] {
    const asked = query as Partial<Record<string, never>>;
    const make: { readonly [Name in ViewName]: () => ViewDocuments[Name] } = {
      house: () => this.#house(),
      machine: () => this.#machine(asked as ViewQueries['machine']),
      cycle: () => demoCycles(this.#now),
      flows: () => this.#flows(),
      flow: () => demoFlow((asked as unknown as ViewQueries['flow']).flow),
      upcalls: () => this.#upcalls(),
      upcall: () => demoUpcall((asked as unknown as ViewQueries['upcall']).upcall, this.#now),
      charts: () => this.#charts(),
    };
    return make[view]();
  }

  async command(command: TimeCommand): Promise<void> {
    if (this.#kind === 'live' && command.do !== 'pause' && command.do !== 'resume') {
      throw new UpcallError('Cannot step a live switch: it is not ours to stop; record it');
    }
    const isBackward = 'backward' in command && command.backward === true;
    if (command.do === 'pause' || command.do === 'resume')
      this.#isRunning = command.do === 'resume';
    if (command.do === 'seek') this.#goTo(command.n);
    if (command.do === 'speed') this.#speed = command.speed;
    if (command.do === 'step') this.#goTo(this.#n + (isBackward ? -1 : 1));
    if (command.do === 'run') this.#goTo(this.#n + (isBackward ? -40 : 40));
    this.#changes.next();
  }

  /** One entry more, as a run makes them. */
  tick(): void {
    if (this.#isRunning) this.#goTo(this.#n + 1);
    this.#changes.next();
  }

  pcap(): Uint8Array {
    throw new UpcallError('Cannot write pcap: the demonstration has no frames');
  }

  close(): void {
    this.#changes.complete();
  }

  get #now(): number {
    return STARTED_AT + this.#n * ENTRY_MS;
  }

  #goTo(n: number): void {
    this.#n = Math.max(0, this.#kind === 'live' ? n : Math.min(LAST, n));
  }

  #house(): HouseView {
    return demoHouse(this.#n);
  }

  #machine({ machine, actor, edge }: ViewQueries['machine']): MachineView {
    const actors = demoActors(this.#n);
    const chosen = actors.find((node) => node.actor === actor || node.machine === machine);
    const name = chosen?.machine ?? machine ?? 'leader';
    const definition = this.header.machines[name];
    if (definition === undefined) throw new UpcallError(`Cannot show machine "${name}": unknown`);
    const graph = machineGraph(definition);
    const state = chosen?.state ?? graph.states[0]?.path ?? '';
    const events = graph.edges
      .filter(({ id }) => edge === undefined || id === edge)
      .slice(0, 12)
      .map(
        (each, i): EdgeEvent => ({
          n: this.#n - 7 * i,
          t: this.#now - 7 * ENTRY_MS * i,
          actor: chosen?.actor ?? '',
          event: each.event,
          from: each.source,
          to: each.target,
          edges: [each.id],
        }),
      );
    return {
      machine: name,
      graph,
      actor: chosen?.actor,
      actors: actors.filter((node) => node.machine === name),
      state,
      active: state.split('.').map((_, i, parts) => parts.slice(0, i + 1).join('.')),
      last: { ...(events[this.#n % 5] ?? events[0]), n: this.#n } as EdgeEvent,
      events,
    };
  }

  #flows(): FlowsView {
    const rows = Array.from({ length: 100 }, (_, i) => demoFlowRow(i));
    return { rows, offset: 0, total: 187, flows: 187, omitted: 0, rules: demoRules };
  }

  #upcalls(): UpcallsView {
    const rows = Array.from({ length: 60 }, (_, i) =>
      demoUpcallRow(this.#n - i, this.#now - 9 * i),
    );
    return { rows, total: this.#n, omitted: 0, perSecond: 312 };
  }

  #charts(): ChartsView {
    const t = Array.from({ length: POINTS }, (_, i) => this.#now - 100 * (POINTS - i));
    const wave = (middle: number, swing: number) =>
      t.map((_, i) =>
        Math.round(middle + swing * Math.sin(i / 17) + (swing / 3) * Math.cos(i / 5)),
      );
    return {
      t,
      upcallsPerSecond: wave(300, 200),
      hitsPerSecond: wave(12_000, 4000),
      missesPerSecond: wave(310, 200),
      lostPerSecond: wave(4, 4),
      flows: wave(700, 120),
      flowLimit: t.map((_, i) => (i > 120 ? 2000 : 3000)),
      dumpMs: wave(14, 8),
      loopDelayMs: wave(3, 2),
      deleted: { flow_idle: wave(12, 9), flow_over_limit: wave(3, 3) },
    };
  }
}
