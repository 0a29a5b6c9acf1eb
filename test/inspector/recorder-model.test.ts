import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { VirtualClock } from '../../src/base/virtual-clock.js';
import { ModelState } from '../../src/inspector/model-state.js';
import { createRecorder, type Recorder } from '../../src/inspector/recorder.js';
import { createSwitch, type Switch } from '../../src/switch.js';
import { packet } from '../../src/switch-packet.js';

/** What a switch says of itself, in the words of the model. */
function stateOf({ udpif, datapath, ports }: Switch) {
  const states: Record<string, number> = {};
  for (const ukey of udpif.ukeys()) {
    const state = String(ukey.getSnapshot().value);
    states[state] = (states[state] ?? 0) + 1;
  }
  const actors = [udpif.actorTree(), ...udpif.actorTree().children()];
  return {
    flows: datapath.getStats().flows,
    ports: ports.length,
    states,
    actors: actors.map(({ actor }) => [actor.id, JSON.stringify(actor.getSnapshot().value)]).sort(),
    flowLimit: udpif.tallies().flowLimit,
  };
}

/** The same from the entries. */
function modelled(model: ModelState, recorder: Recorder) {
  const nested = (path: string): unknown => {
    const [head = '', ...rest] = path.split('.');
    return rest.length === 0 ? head : { [head]: nested(rest.join('.')) };
  };
  const actors = model.actors
    .all()
    .filter(
      ({ status, machine }) => status === 'active' && machine !== recorder.header.ukeyMachine,
    );
  return {
    flows: model.flows.living,
    ports: recorder.header.ports.length,
    states: Object.fromEntries(model.flows.stateCounts),
    actors: actors
      .map(({ name, machine, state }) => [name, machine && JSON.stringify(nested(state))])
      .sort(),
    flowLimit: model.cycles.flowLimit,
  };
}

describe('Entries of a recorder, added up', () => {
  it.each([1, 2, 3, 4])('are what the switch is at every moment, seed %i', async (seed) => {
    const rng = createRng(seed);
    const clock = new VirtualClock({ start: 1_000_000 });
    const settings = { maxIdleMs: 700, flowLimit: 40 };
    const sw = createSwitch({
      ports: 4,
      clock,
      revalidators: 1 + (seed % 2),
      handlers: 2,
      settings,
    });
    clock.runDue();
    if (seed > 2) sw.inject(1, packet('udp'));
    clock.runDue();
    let model: ModelState | undefined;
    const recorder = createRecorder(sw, {
      detail: 'full',
      entries: (batch) => {
        for (const entry of batch) model?.apply(entry);
      },
    });
    model = new ModelState(recorder.header);
    for (let i = 0; i < 60; i++) {
      const [port, from, to] = [1 + rng.below(4), rng.below(9), rng.below(9)];
      sw.inject(port, packet(`udp,dl_src=02:00:00:00:00:1${from},dl_dst=02:00:00:00:00:1${to}`));
      if (rng.below(10) === 0)
        sw.addFlow(`priority=${i},in_port=${port},actions=output:${1 + rng.below(4)}`);
      if (rng.below(20) === 0) sw.udpif.setThreads(1 + rng.below(3), 1 + rng.below(3));
      clock.advance(rng.below(400));
      recorder.flush();
      expect(modelled(model, recorder)).toEqual(stateOf(sw));
    }
    await sw.stop();
    expect(sw.conservation().ok).toBe(true);
    expect(model.flows.living).toBe(0);
  });
});
