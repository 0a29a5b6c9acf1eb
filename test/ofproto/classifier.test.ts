import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Classifier } from '../../src/ofproto/classifier.js';
import { Match } from '../../src/ofproto/match.js';
import type { Rule } from '../../src/ofproto/rule.js';
import { createFlow, createFlowMask, type Flow, type FlowMask } from '../../src/packet/flow.js';
import {
  DL_TYPE,
  FLOW_WORDS,
  IN_PORT,
  NW_DST,
  NW_PROTO,
  NW_SRC,
  TCP_FLAGS,
  TP,
} from '../../src/packet/flow-layout.js';
import { LinearClassifier } from './linear-classifier.js';
import { packetArbitrary, rule, ruleArbitrary } from './rule-arbitrary.js';

type Words = Readonly<Record<number, readonly [value: number, mask: number]>>;

const IPV4 = [0x0800_0000, 0xffff_0000] as const;
const ONES = 0xffff_ffff;

function match(words: Words): Match {
  const flow = createFlow();
  const mask = createFlowMask();
  for (const [word, [value, bits]] of Object.entries(words)) {
    flow[Number(word)] = value;
    mask[Number(word)] = bits;
  }
  return new Match(flow, mask);
}

function classifierOf(...rules: Rule[]): Classifier {
  const classifier = new Classifier();
  for (const each of rules) classifier.insert(each);
  return classifier;
}

function packet(words: Readonly<Record<number, number>>): Flow {
  const flow = createFlow();
  flow[DL_TYPE] = 0x0800_0000;
  for (const [word, value] of Object.entries(words)) flow[Number(word)] = value;
  return flow;
}

/** The words of the mask that a lookup of `flow` returns. */
function maskOf(classifier: Classifier, flow: Flow): Readonly<Record<number, number>> {
  const wc = createFlowMask();
  classifier.lookup(flow, 1, wc);
  const words: Record<number, number> = {};
  for (let i = 0; i < FLOW_WORDS; i++) if (wc[i] !== 0) words[i] = wc[i] ?? 0;
  return words;
}

/** `flow` with the bits that `wc` ignores taken from `other`. */
function blend(flow: Flow, other: Flow, wc: FlowMask): Flow {
  return flow.map((word, i) => (word & (wc[i] ?? 0)) | ((other[i] ?? 0) & ~(wc[i] ?? 0))) as Flow;
}

describe('Classifier.lookup()', () => {
  it('agrees with the linear twin on every packet, with a mask and without', () => {
    fc.assert(
      fc.property(fc.array(ruleArbitrary), fc.array(packetArbitrary), (rules, packets) => {
        const classifier = classifierOf(...rules);
        const linear = new LinearClassifier();
        for (const each of rules) linear.insert(each);
        for (const flow of packets) {
          const wanted = linear.lookupPriority(flow, 1);
          expect(classifier.lookup(flow, 1, createFlowMask())?.priority).toBe(wanted);
          expect(classifier.lookup(flow, 1, undefined)?.priority).toBe(wanted);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with the linear twin after removals', () => {
    const operations = fc.array(fc.tuple(ruleArbitrary, fc.nat(3), packetArbitrary), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(operations, (steps) => {
        const classifier = new Classifier();
        const linear = new LinearClassifier();
        const rules: Rule[] = [];
        for (const [added, choice, flow] of steps) {
          classifier.insert(added);
          linear.insert(added);
          rules.push(added);
          if (choice > 0 && rules.length > 1) {
            const [gone] = rules.splice((added.priority * choice) % rules.length, 1);
            if (gone !== undefined) {
              classifier.remove(gone);
              linear.remove(gone);
            }
          }
          const found = classifier.lookup(flow, 1, createFlowMask());
          expect(found?.priority).toBe(linear.lookupPriority(flow, 1));
        }
        for (const each of rules) classifier.remove(each);
        expect(classifier.subtableCount).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('gives every packet that agrees on the returned mask the same rule', () => {
    fc.assert(
      fc.property(
        fc.array(ruleArbitrary),
        packetArbitrary,
        fc.array(packetArbitrary, { minLength: 5 }),
        (rules, flow, others) => {
          const classifier = classifierOf(...rules);
          const wc = createFlowMask();
          const found = classifier.lookup(flow, 1, wc);
          for (const other of others) {
            expect(classifier.lookup(blend(flow, other, wc), 1, undefined)).toBe(found);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads the version it is asked for', () => {
    const everything = match({});
    const old = rule(everything, 1, 1);
    old.removedIn = 2;
    const young = rule(everything, 1, 2);
    const classifier = classifierOf(old, young);
    expect(classifier.lookup(createFlow(), 1, undefined)).toBe(old);
    expect(classifier.lookup(createFlow(), 2, undefined)).toBe(young);
    expect(classifier.lookup(createFlow(), 0, undefined)).toBeUndefined();
  });

  it('stops before subtables that cannot beat what it found', () => {
    const classifier = classifierOf(
      rule(match({ [DL_TYPE]: IPV4 }), 10),
      rule(match({ [IN_PORT]: [1, ONES] }), 5),
    );
    expect(maskOf(classifier, packet({}))).toEqual({ [DL_TYPE]: 0xffff_0000 });
  });

  it('leaves the words of later stages out where an earlier one excludes all rules', () => {
    const classifier = classifierOf(
      rule(match({ [IN_PORT]: [7, ONES], [DL_TYPE]: IPV4, [TP]: [80, 0xffff] }), 10),
    );
    expect(maskOf(classifier, packet({ [IN_PORT]: 1 }))).toEqual({ [IN_PORT]: ONES });
  });

  it('takes only the address bits that exclude longer prefixes', () => {
    const classifier = classifierOf(
      rule(match({ [DL_TYPE]: IPV4, [NW_DST]: [0x0a00_0001, ONES] }), 10),
      rule(match({ [DL_TYPE]: IPV4, [NW_DST]: [0x0a00_0000, 0xff00_0000] }), 5),
    );
    const far = maskOf(classifier, packet({ [NW_DST]: 0x0a80_0000 }));
    expect(far).toEqual({ [DL_TYPE]: 0xffff_0000, [NW_DST]: 0xff80_0000 });
    const outside = maskOf(classifier, packet({ [NW_DST]: 0xc0a8_0001 }));
    expect(outside).toEqual({ [DL_TYPE]: 0xffff_0000, [NW_DST]: 0x8000_0000 });
  });

  it('asks the tries about IPv4 packets only', () => {
    const classifier = classifierOf(
      rule(match({ [NW_SRC]: [0x0a00_0001, ONES] }), 10), // As arp_spa, too.
    );
    const arp = packet({ [DL_TYPE]: 0x0806_0000, [NW_SRC]: 0x0b00_0000 });
    expect(maskOf(classifier, arp)).toEqual({ [NW_SRC]: ONES });
  });

  it('takes only the port bits that exclude all rules', () => {
    const tcp = { [DL_TYPE]: IPV4, [NW_PROTO]: [6, 0xff] } as const;
    const classifier = classifierOf(rule(match({ ...tcp, [TP]: [80, 0xffff] }), 10));
    const wc = maskOf(classifier, packet({ [NW_PROTO]: 6, [TP]: 0x8000 }));
    expect(wc).toEqual({ [DL_TYPE]: 0xffff_0000, [NW_PROTO]: 0xff, [TP]: 0x8000 });
  });

  it('keeps the other words of the last stage when the ports decide', () => {
    const classifier = classifierOf(
      rule(match({ [TCP_FLAGS]: [0x0002_0000, 0x0002_0000], [TP]: [80, 0xffff] }), 10),
    );
    const wc = maskOf(classifier, packet({ [TP]: 80 }));
    expect(wc[TCP_FLAGS]).toBe(0x0002_0000);
  });
});

describe('Classifier.find()', () => {
  it('tells rules of one match apart by priority', () => {
    const everything = match({});
    const rules = [rule(everything, 1), rule(everything, 3), rule(everything, 2)];
    const classifier = classifierOf(...rules);
    for (const each of rules) expect(classifier.find(everything, each.priority, 1)).toBe(each);
    expect(classifier.find(everything, 4, 1)).toBeUndefined();
  });
});

describe('Classifier.hasOverlap()', () => {
  it('finds a rule of the same priority that a packet could meet as well', () => {
    const classifier = classifierOf(rule(match({ [IN_PORT]: [1, ONES] }), 10));
    expect(classifier.hasOverlap(match({ [TP]: [80, 0xffff] }), 10, 1)).toBe(true);
    expect(classifier.hasOverlap(match({ [TP]: [80, 0xffff] }), 11, 1)).toBe(false);
    expect(classifier.hasOverlap(match({ [IN_PORT]: [2, ONES] }), 10, 1)).toBe(false);
  });
});
