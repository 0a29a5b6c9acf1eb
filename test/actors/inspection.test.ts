import { describe, expect, it } from 'vitest';
import type { AnyActorRef, InspectionEvent } from 'xstate';
import { UkeyActor } from '../../src/actors/ukey-actor.js';
import { SAMPLE_BITS, type UkeyChoice } from '../../src/actors/ukey-choice.js';
import { ParseError, UpcallError } from '../../src/base/errors.js';
import { FlowKey } from '../../src/datapath/flow-key.js';
import { ovs23Profile } from '../../src/machines/profile-2014.js';
import { TP } from '../../src/packet/flow-layout.js';
import { type Bench, createBench, flowOf, runCycle } from './udpif-bench.js';

const KINDS = [
  '@xstate.action',
  '@xstate.actor',
  '@xstate.event',
  '@xstate.microstep',
  '@xstate.snapshot',
];
const KINDS_OF_UKEYS = KINDS.filter((kind) => kind !== '@xstate.action');

/** The kinds of events that were seen of each actor that runs a machine, and the actors. */
class Witness {
  readonly kinds = new Map<AnyActorRef, Set<string>>();
  readonly events: InspectionEvent[] = [];

  readonly see = (event: InspectionEvent): void => {
    this.events.push(event);
    const actor = event.actorRef as AnyActorRef;
    const kinds = this.kinds.get(actor) ?? new Set();
    this.kinds.set(actor, kinds.add(event.type));
  };

  kindsOf(id: string): readonly string[] {
    const found = [...this.kinds].find(([actor]) => actor.id === id);
    return [...(found?.[1] ?? [])].toSorted();
  }

  get ukeys(): readonly UkeyActor[] {
    return [...this.kinds.keys()].filter((actor): actor is UkeyActor & AnyActorRef =>
      isUkey(actor),
    );
  }
}

function isUkey(actor: object): boolean {
  return actor instanceof UkeyActor;
}

/** What inspectors read the definition from; xstate's types hide it. */
function logicOf(actor: AnyActorRef): object {
  return Reflect.get(actor, 'logic') as object;
}

function idOf(logic: object): string | undefined {
  return 'config' in logic ? (logic.config as { readonly id: string }).id : undefined;
}

function install(bench: Bench, count: number, words: Record<number, number> = {}): void {
  for (let id = 1; id <= count; id++) {
    bench.dpif.miss(flowOf(id, 1, words));
    if (id % 50 === 0) bench.clock.runDue();
  }
  bench.clock.runDue();
}

function createInspected(ukeys: UkeyChoice, options = {}) {
  const witness = new Witness();
  const inspect = { observer: witness.see, ukeys };
  return { witness, bench: createBench({ inspect, ...options }) };
}

describe('an inspector', () => {
  it('sees all five kinds of events of every actor that runs a machine', () => {
    const { witness, bench } = createInspected('all', { handlers: 2, revalidators: 3 });
    install(bench, 20);
    runCycle(bench);
    bench.udpif.destroy();
    bench.clock.runDue();
    const machines = ['barrier', 'handler-0', 'handler-1', 'leader', 'revalidator-1', 'udpif'];
    for (const id of [...machines, 'revalidator-2'])
      expect([id, witness.kindsOf(id)]).toEqual([id, KINDS]);
  });

  it.each(['current', 'ovs-2.3'])('sees four kinds of every ukey of profile %s', (name) => {
    const options = name === 'ovs-2.3' ? { profile: ovs23Profile } : {};
    const { witness, bench } = createInspected('all', { ...options, revalidators: 2 });
    install(bench, 20);
    runCycle(bench);
    expect(witness.ukeys).toHaveLength(20);
    for (const ukey of witness.ukeys) {
      expect([...(witness.kinds.get(ukey) ?? [])].toSorted()).toEqual(KINDS_OF_UKEYS);
    }
  });

  it('may be an observer that has its functions by name', () => {
    const { see, events, ukeys } = new Witness();
    createBench({ inspect: { next: see } });
    createBench({ inspect: { observer: { next: see }, ukeys: 'none' } });
    expect(new Set(events.map(({ rootId }) => rootId)).size).toBe(2);
    expect(ukeys).toEqual([]);
  });

  it('finds the definition of each actor in the actor and in its snapshots', () => {
    const { witness, bench } = createInspected('all', { revalidators: 2 });
    install(bench, 1);
    const defined = [...witness.kinds.keys()].filter((actor) => idOf(logicOf(actor)) !== undefined);
    expect(new Set(defined.map((actor) => idOf(logicOf(actor))))).toEqual(
      new Set(['udpif', 'handler', 'barrier', 'leader', 'revalidator', 'ukey']),
    );
    for (const actor of defined) expect(actor.getSnapshot().machine).toBe(logicOf(actor));
  });

  it('hears of an actor before it hears from it, and of one system', () => {
    const { witness, bench } = createInspected('all', { revalidators: 2 });
    install(bench, 5);
    const known = new Set<unknown>();
    for (const { type, actorRef, rootId } of witness.events) {
      if (type === '@xstate.actor') known.add(actorRef);
      expect(known.has(actorRef)).toBe(true);
      expect(rootId).toBe(bench.udpif.actor.sessionId);
    }
  });
});

describe('InspectOptions.ukeys', () => {
  it('is a sample unless said otherwise, with the others counted', () => {
    const witness = new Witness();
    const bench = createBench({ inspect: witness.see, revalidators: 2 });
    install(bench, 2_000);
    const { ukeys, announcedUkeys, omittedUkeys } = bench.udpif.inspection;
    expect(ukeys).toBe('sampled');
    expect(announcedUkeys).toBe(witness.ukeys.length);
    expect(announcedUkeys + omittedUkeys).toBe(2_000);
    expect(announcedUkeys * 2 ** SAMPLE_BITS).toBeGreaterThan(1_000);
    expect(announcedUkeys * 2 ** SAMPLE_BITS).toBeLessThan(4_000);
    expect(bench.coverage.read('inspect_omitted_ukey')).toBe(omittedUkeys);
  });

  it('samples ukeys of every slice', () => {
    const { witness, bench } = createInspected('sampled', { revalidators: 2 });
    install(bench, 2_000);
    expect(new Set(witness.ukeys.map((ukey) => ukey._parent)).size).toBe(2);
  });

  it('may be all', () => {
    const { witness, bench } = createInspected('all');
    install(bench, 70);
    expect(witness.ukeys).toHaveLength(70);
    expect(bench.udpif.inspection).toEqual({ ukeys: 'all', announcedUkeys: 70, omittedUkeys: 0 });
  });

  it('may be none: then not even the end of a ukey is heard of', () => {
    const { witness, bench } = createInspected('none');
    install(bench, 70);
    runCycle(bench);
    bench.clock.advance(11_000);
    expect(bench.udpif.status().ukeys).toBe(0);
    expect(witness.ukeys).toEqual([]);
    const told = witness.events.filter(
      ({ actorRef }) => (actorRef as AnyActorRef).id === 'ukeys-0',
    );
    expect(told.map(({ type }) => type)).toEqual([
      '@xstate.actor',
      '@xstate.event',
      '@xstate.snapshot',
    ]);
    expect(bench.udpif.inspection.omittedUkeys).toBe(70);
  });

  it.each([{ matching: 'tcp,tp_dst=80' }, 'matching tcp,tp_dst=80'] as const)(
    'may be a flow expression: %j',
    (ukeys) => {
      const { witness, bench } = createInspected(ukeys);
      install(bench, 2, { [TP]: 80 });
      install(bench, 3, { [TP]: 443 });
      const ports = witness.ukeys.map((ukey) => ukey.slice.columns.keys[ukey.handle]?.toFlow()[TP]);
      expect(ports).toEqual([80, 80]);
      expect(bench.udpif.inspection.omittedUkeys).toBe(3);
    },
  );

  it('matches masked values and ports of the datapath', () => {
    const { witness, bench } = createInspected('matching in_port=2,ip,nw_dst=0.0.0.4/30');
    for (const port of [1, 2]) for (let id = 1; id <= 9; id++) bench.dpif.miss(flowOf(id, port));
    bench.clock.runDue();
    expect(witness.ukeys).toHaveLength(4);
  });

  it('is refused where it makes no sense, with what is wrong', () => {
    const createWith = (ukeys: string) => () => createInspected(ukeys as UkeyChoice);
    expect(createWith('matching tcp,tp_dts=80')).toThrow(ParseError);
    expect(createWith('matching tcp,tp_dts=80')).toThrow(
      'Cannot parse "tcp,tp_dts=80" at column 5: expected a match term; "tp_dts" is none',
    );
    expect(createWith('matching tp_dst=80')).toThrow('tp_src or tp_dst needs tcp, udp');
    expect(createWith('matching ')).toThrow('it matches every flow; say "all"');
    expect(createWith('matching reg0=1')).toThrow('has no registers or metadata');
    expect(createWith('some')).toThrow('"some" is not "all", "sampled", "none" or "matching');
    expect(createWith('some')).toThrow(UpcallError);
  });
});

describe('Udpif.inspectUkeys()', () => {
  it('announces what lives already, once, before its next event', () => {
    const { witness, bench } = createInspected('none');
    install(bench, 3);
    bench.udpif.inspectUkeys('all');
    expect(witness.ukeys).toEqual([]);
    runCycle(bench);
    const [ukey] = witness.ukeys;
    const kinds = witness.events.filter(({ actorRef }) => Object.is(actorRef, ukey));
    expect(kinds.map(({ type }) => type).slice(0, 4)).toEqual([
      '@xstate.actor',
      '@xstate.event',
      '@xstate.microstep',
      '@xstate.snapshot',
    ]);
    runCycle(bench);
    const announced = witness.events.filter(
      ({ type, actorRef }) => type === '@xstate.actor' && isUkey(actorRef),
    );
    expect(announced).toHaveLength(3);
    expect(bench.udpif.inspection).toEqual({ ukeys: 'all', announcedUkeys: 3, omittedUkeys: 0 });
  });

  it('silences what was followed before', () => {
    const { witness, bench } = createInspected('all');
    install(bench, 3);
    bench.udpif.inspectUkeys('none');
    const before = witness.events.length;
    runCycle(bench);
    expect(witness.events.slice(before).some(({ actorRef }) => isUkey(actorRef))).toBe(false);
    expect(bench.udpif.inspection.omittedUkeys).toBe(3);
  });

  it('keeps the choice that was made before where the new one is refused', () => {
    const { bench } = createInspected('all');
    expect(() => bench.udpif.inspectUkeys('matching nonsense')).toThrow(ParseError);
    expect(bench.udpif.inspection.ukeys).toBe('all');
  });

  it('is heeded by an inspector that is attached while it runs', () => {
    const bench = createBench();
    install(bench, 4, { [TP]: 80 });
    install(bench, 5, { [TP]: 443 });
    bench.udpif.inspectUkeys('matching tcp,tp_dst=443');
    const witness = new Witness();
    const subscription = bench.udpif.actor.system.inspect(witness.see);
    runCycle(bench);
    expect(witness.ukeys).toHaveLength(5);
    subscription.unsubscribe();
    const before = witness.events.length;
    runCycle(bench);
    expect(witness.events).toHaveLength(before);
  });

  it('has ukeys announced again to an inspector that comes after all had gone', () => {
    const bench = createBench();
    bench.udpif.inspectUkeys('all');
    install(bench, 2);
    for (let times = 0; times < 2; times++) {
      const witness = new Witness();
      const subscription = bench.udpif.actor.system.inspect(witness.see);
      runCycle(bench);
      const kinds = witness.ukeys.map((ukey) => witness.kinds.get(ukey)?.has('@xstate.actor'));
      expect(kinds).toEqual([true, true]);
      subscription.unsubscribe();
    }
  });
});

describe('Udpif.inspectMoves()', () => {
  /** Kinds of what was seen of ukeys in one cycle, which leaves them where they are. */
  function seenInCycle(bench: Bench, witness: Witness): readonly string[] {
    const before = witness.events.length;
    runCycle(bench);
    const seen = witness.events.slice(before).filter(({ actorRef }) => isUkey(actorRef));
    return seen.map(({ type }) => type);
  }

  it('tells of ukeys that come, move and end, and not of what leaves them where they are', () => {
    const bench = createBench();
    const witness = new Witness();
    bench.udpif.inspectUkeys('all');
    bench.udpif.inspectMoves(witness.see);
    install(bench, 1);
    const [ukey] = witness.ukeys;
    if (ukey === undefined) throw new Error('Cannot look: no ukey');
    expect([...(witness.kinds.get(ukey as UkeyActor & AnyActorRef) ?? [])].sort()).toEqual(
      KINDS_OF_UKEYS,
    );
    expect(seenInCycle(bench, witness)).toEqual([]);
    bench.udpif.purge();
    bench.clock.runDue();
    const last = witness.events.findLast(({ actorRef }) => Object.is(actorRef, ukey));
    expect(last?.type).toBe('@xstate.snapshot');
    expect(ukey.getSnapshot().status).toBe('done');
  });

  it('announces what lives already, before it moves', () => {
    const bench = createBench();
    bench.udpif.inspectUkeys('all');
    install(bench, 2);
    const witness = new Witness();
    bench.udpif.inspectMoves(witness.see);
    expect(seenInCycle(bench, witness)).toEqual(['@xstate.actor', '@xstate.actor']);
  });

  it('tells of everything while somebody else wants to hear it', () => {
    const bench = createBench();
    bench.udpif.inspectUkeys('all');
    install(bench, 1);
    const [modest, curious] = [new Witness(), new Witness()];
    bench.udpif.inspectMoves(modest.see);
    const subscription = bench.udpif.actor.system.inspect(curious.see);
    expect(seenInCycle(bench, modest)).toContain('@xstate.microstep');
    expect(curious.events.some(({ type }) => type === '@xstate.microstep')).toBe(true);
    subscription.unsubscribe();
    expect(seenInCycle(bench, modest)).toEqual([]);
  });
});

describe('the events of a ukey', () => {
  const namesOf = ({ events }: Witness) =>
    events.flatMap((event) =>
      event.type === '@xstate.event' && isUkey(event.actorRef) ? [event.event.type] : [],
    );

  it('have their names, also where the datapath refuses', () => {
    const { witness, bench } = createInspected('all');
    install(bench, 1);
    bench.translator.answer = () => ({ actions: [] });
    bench.dpif.failures.push({ type: 'put', error: 'EINVAL' }, { type: 'delete', error: 'EBUSY' });
    const before = namesOf(witness).length;
    bench.udpif.revalidate('flow_table');
    bench.clock.advance(5);
    bench.dpif.steal(flowOf(1));
    bench.udpif.purge();
    bench.clock.runDue();
    expect(namesOf(witness).slice(before)).toEqual([
      ...['flow.modify', 'modify.failed', 'flow.delete', 'deletion.refused'],
      ...['flow.delete', 'deletion.missed', 'ukey.sweep'],
    ]);
  });

  it('have their names in profile ovs-2.3', () => {
    const { witness, bench } = createInspected('all', { profile: ovs23Profile });
    install(bench, 1);
    runCycle(bench);
    let before = namesOf(witness).length;
    runCycle(bench);
    expect(namesOf(witness).slice(before)).toEqual([
      ...['stats.accept', 'flow.keep', 'ukey.sweep'],
    ]);
    before = namesOf(witness).length;
    bench.udpif.purge();
    bench.clock.runDue();
    expect(namesOf(witness).slice(before)).toEqual(['flow.delete', 'ukey.sweep']);
  });

  it('have their names where a sweep of ovs-2.3 frees what the dump has deleted', () => {
    const options = { profile: ovs23Profile, initial: { maxIdle: 600 } };
    const { witness, bench } = createInspected('all', options);
    install(bench, 1);
    bench.clock.advance(3_000);
    expect(bench.udpif.status().ukeys).toBe(0);
    expect(namesOf(witness).slice(-2)).toEqual(['flow.delete', 'ukey.sweep']);
  });

  it('come in cycles of one dump and one sweep, though flows are fetched one by one', () => {
    const { witness, bench } = createInspected('none', { profile: ovs23Profile });
    install(bench, 3);
    runCycle(bench);
    bench.dpif.timesDumped = () => 0;
    const before = witness.events.length;
    bench.udpif.revalidate('flow_table');
    bench.clock.advance(5);
    const finished = witness.events
      .slice(before)
      .filter((event) => event.type === '@xstate.event' && event.event.type === 'phase.finished');
    expect(bench.dpif.operations('get')).toHaveLength(3);
    expect(finished).toHaveLength(2);
  });
});

describe('Udpif.inspection', () => {
  it('counts nothing where nobody inspects, though a ukey is followed', () => {
    const bench = createBench();
    bench.udpif.inspectUkeys('all');
    install(bench, 2);
    for (const ukey of bench.udpif.ukeys()) ukey.subscribe(() => {});
    runCycle(bench);
    expect(bench.udpif.inspection).toMatchObject({ announcedUkeys: 0, omittedUkeys: 0 });
  });

  it('goes on counting when a second inspector comes', () => {
    const { bench } = createInspected('all');
    install(bench, 3);
    bench.udpif.actor.system.inspect(() => {});
    expect(bench.udpif.inspection.announcedUkeys).toBe(3);
  });
});

describe('a ukey that is left out', () => {
  it('takes the fast path while an inspector is attached', () => {
    const { bench } = createInspected('none');
    install(bench, 1);
    const ukey = bench.udpif.ukey(FlowKey.from(flowOf(1)));
    if (ukey === undefined) throw new Error('Cannot look: no ukey');
    const { slice } = ukey;
    let snapshots = 0;
    const { snapshot } = slice;
    slice.snapshot = (handle) => {
      snapshots++;
      return snapshot.call(slice, handle);
    };
    runCycle(bench);
    expect(snapshots).toBe(0);
    bench.udpif.inspectUkeys('all');
    runCycle(bench);
    expect(snapshots).toBeGreaterThan(0);
  });

  it('still tells its observers', () => {
    const { bench, witness } = createInspected('none');
    install(bench, 1);
    const seen: string[] = [];
    bench.udpif.ukey(FlowKey.from(flowOf(1)))?.subscribe(({ value }) => seen.push(value));
    runCycle(bench);
    expect(seen).toContain('operational');
    expect(witness.ukeys).toEqual([]);
  });
});
