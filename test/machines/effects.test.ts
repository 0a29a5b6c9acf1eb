import { describe, expect, it } from 'vitest';
import { createActor } from 'xstate';
import { instant, seqNo } from '../../src/base/brands.js';
import { barrierEffects } from '../../src/machines/barrier-machine.js';
import { effects } from '../../src/machines/effects.js';
import { handlerEffects } from '../../src/machines/handler-machine.js';
import { leaderEffects } from '../../src/machines/leader-machine.js';
import { edgesOf, statesOf } from '../../src/machines/machine-edges.js';
import { machines } from '../../src/machines/registry.js';
import { revalidatorEffects } from '../../src/machines/revalidator-machine.js';
import { udpifEffects } from '../../src/machines/udpif-machine.js';
import { ukey2014Effects } from '../../src/machines/ukey-2014-machine.js';
import { ukeyEffects, ukeyMachine } from '../../src/machines/ukey-machine.js';

const effectNames: Record<string, readonly string[]> = {
  udpif: udpifEffects,
  handler: handlerEffects,
  leader: leaderEffects,
  revalidator: revalidatorEffects,
  barrier: barrierEffects,
  ukey: ukeyEffects,
  'ukey-2014': ukey2014Effects,
};

describe('effects()', () => {
  it('throws, naming the effect, where no actor provides it', () => {
    expect(() => effects(['openDump']).openDump()).toThrow(
      'Cannot run effect "openDump": no actor provides it',
    );
  });

  it('puts the actor of a machine with a forgotten effect into error', () => {
    const actor = createActor(ukeyMachine, {
      input: { createdAt: instant(1), revalSeq: seqNo(1), dumpSeq: seqNo(0) },
    });
    actor.subscribe({ error: () => {} });
    actor.start();
    actor.send({ type: 'ukey.install' });
    actor.send({ type: 'flow.delete', reason: 'purge' });
    expect(actor.getSnapshot().status).toBe('error');
  });

  it.each(machines)('$name asks for each of the effects that it lists', ({ name, machine }) => {
    const asked = new Set([
      ...statesOf(machine).flatMap(({ entry, exit }) => [...entry, ...exit]),
      ...edgesOf(machine).flatMap(({ actions }) => actions),
    ]);
    for (const effect of effectNames[name] ?? ['unlisted']) expect(asked).toContain(effect);
  });
});
