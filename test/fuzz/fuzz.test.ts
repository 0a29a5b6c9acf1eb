import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { encodeMessage, MessageSplitter } from '../../src/openflow/message.js';
import { OF10, OF13, OF15, OFP_VERSIONS } from '../../src/openflow/protocol.js';
import { blankMessages } from './blank-messages.js';
import { Corpus, flowMods } from './corpus.js';
import { mutant } from './mutation.js';
import { planOf } from './plan.js';
import { play, type Spoil } from './session.js';
import { shrink } from './shrink.js';
import { formatStep, parseStep, type Step } from './step.js';

const corpus = new Corpus([...flowMods('.'), ...blankMessages()]);
/** Takes port 1 down in 1.0. */
const PORT_MOD = encodeMessage(OF10, 'port_mod', 9, (body) => {
  body
    .u16(1)
    .bytes(Uint8Array.of(2, 0, 0, 0, 0, 1))
    .u32(1)
    .u32(1)
    .u32(0)
    .zeros(4);
});

/** A session that ends with port 1 going down. */
function portDownPlan(seed: number): Step[] {
  const harmless = planOf(seed, corpus).filter(({ type }) => type === 'frame');
  return [...harmless.slice(0, 20), { type: 'message', version: OF10, bytes: PORT_MOD }];
}

/** A fault of the switch: it cannot take a port down. */
const brokenPort: Spoil = (sw) => {
  for (const port of sw.ports) {
    Object.defineProperty(port, 'setUp', {
      value: () => {
        throw new TypeError('a planted fault');
      },
    });
  }
};

describe('The fuzzer', () => {
  it('finds nothing in a few sessions', { timeout: 120_000 }, async () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(await play(planOf(seed, corpus)), `seed ${seed}`).toBeUndefined();
    }
  });

  it('plans the same of the same seed', () => {
    const words = (seed: number): string => planOf(seed, corpus).map(formatStep).join(' ');
    expect(words(7)).toBe(words(7));
    expect(words(7)).not.toBe(words(8));
  });

  it('makes messages whose length is as their header says, of the version asked for', () => {
    const rng = createRng(1);
    for (let i = 0; i < 1_000; i++) {
      const bytes = mutant(OF15, corpus, rng);
      expect(new MessageSplitter().push(bytes)).toHaveLength(1);
    }
  });

  it('begins with messages of every version', () => {
    const versions = new Set(corpus.messages.map(([version]) => version));
    expect([...versions].sort()).toEqual([...OFP_VERSIONS]);
  });

  it('finds a planted fault, and shrinks what provokes it to one message', async () => {
    const plan = portDownPlan(3);
    const playBroken = (steps: readonly Step[]) => play(steps, brokenPort);
    const finding = await playBroken(plan);
    expect(finding).toMatchObject({ kind: 'fault', at: plan.length - 1 });
    expect(finding?.what).toContain('a planted fault');
    if (finding === undefined) return;
    const shortest = await shrink(plan, finding, playBroken);
    expect(shortest).toHaveLength(1);
    expect(shortest[0]).toMatchObject({ type: 'message', version: OF10 });
  });

  it('finds packets that are missing', async () => {
    const lose: Spoil = (sw) => {
      Object.defineProperty(sw, 'conservation', { value: () => ({ ok: false }) });
    };
    expect(await play(portDownPlan(3), lose)).toMatchObject({ kind: 'conservation' });
  });

  it('finds a timer that is left', async () => {
    const leak: Spoil = (sw) => {
      const again = (): void => void sw.clock.setTimeout(again, 100);
      again();
    };
    expect(await play([], leak)).toMatchObject({ kind: 'leak', what: 'a timer is left' });
  });
});

describe('A step', () => {
  it.each([
    { type: 'message', version: OF13, bytes: Uint8Array.of(4, 2, 0, 8, 0, 0, 0, 1) },
    { type: 'stream', bytes: Uint8Array.of(1, 2, 3) },
    { type: 'frame', port: 2, bytes: Uint8Array.of(0xff) },
    { type: 'time', ms: 500 },
  ] satisfies Step[])('of type $type is read as it is written', (step) => {
    expect(parseStep(formatStep(step))).toEqual(step);
  });

  it('of a version that there is not is refused', () => {
    expect(() => parseStep('9:00')).toThrow('Cannot read step "9:00": no such version');
  });
});
