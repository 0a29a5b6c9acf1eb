/**
 * Tables with a limit: what `ovs-ofctl` is told of them, and what a controller hears as they get
 * full and empty again, byte by byte, on our switch and on a real one.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { encodeMessage, type OfpMessage } from '../../src/openflow/message.js';
import { OF14, OF15, type OfpVersion } from '../../src/openflow/protocol.js';
import { OpenFlowTwins } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

const FLOW_LIMIT = 4;
const NEW_VERSIONS = ['OpenFlow14', 'OpenFlow15'] as const;
const NUMBERS = { OpenFlow14: OF14, OpenFlow15: OF15 } as const;

let twins: OpenFlowTwins;

beforeAll(async () => {
  if (!hasOvsPeer) return;
  twins = await OpenFlowTwins.start();
  const limited = ['create', 'flow_table', `flow_limit=${FLOW_LIMIT}`];
  const tables = ['flow_tables:0=@limited', 'flow_tables:2=@limited'];
  twins.theirs.configure(
    '--',
    '--id=@limited',
    ...limited,
    '--',
    'set',
    'bridge',
    'br0',
    ...tables,
  );
  for (const table of [0, 2]) twins.ours.sw.bridge().setFlowTable(table, { flowLimit: FLOW_LIMIT });
});

beforeEach(async () => {
  if (!hasOvsPeer) return;
  await twins.reset();
  for (const table of ['0', '2', '7']) {
    for (const setting of ['novacancy', 'noevict']) {
      await twins.run('OpenFlow14', 'mod-table', 'SWITCH', table, setting);
    }
  }
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

/** Runs a command on both, which must say the same; what they said. */
async function same(version: string, ...args: readonly string[]): Promise<string> {
  const name = version as (typeof NEW_VERSIONS)[number];
  const { ours, theirs } = await twins.run(name, ...args);
  expect(ours, args.join(' ')).toBe(theirs);
  return ours;
}

/** Those who hear of tables on both. */
class Hearers {
  readonly #raws: readonly RawOpenFlow[];

  private constructor(raws: readonly RawOpenFlow[]) {
    this.#raws = raws;
  }

  static async connect(version: OfpVersion): Promise<Hearers> {
    const raws: RawOpenFlow[] = [];
    for (const target of [twins.ours.openFlowTarget, twins.theirs.openFlowTarget]) {
      const raw = await RawOpenFlow.connect(target.replace('unix:', ''), version);
      await raw.send(encodeMessage(version, 'set_config', 1, (body) => body.u16(0).u16(128)));
      await raw.send(
        encodeMessage(version, 'set_async', 2, (body) => {
          // Of flows that went as well: the order of both is what is compared.
          body.u16(9).u16(8).u32(0x18).u16(5).u16(8).u32(0x3f);
        }),
      );
      raws.push(raw);
    }
    return new Hearers(raws);
  }

  /** What both have heard since the last time, which must be the same. */
  async hear(): Promise<readonly (string | undefined)[]> {
    const [ours = [], theirs = []] = await Promise.all(
      this.#raws.map((raw) => raw.send(new Uint8Array(0))),
    );
    const types = ours.map(({ type }) => type);
    expect(types).toEqual(theirs.map(({ type }) => type));
    // In which order rules go that go at once is nobody's promise.
    expect(hexOf(ours)).toEqual(hexOf(theirs));
    return types.slice(0, -1);
  }

  close(): void {
    for (const raw of this.#raws) raw.close();
  }
}

function hexOf(messages: readonly OfpMessage[]): readonly string[] {
  return messages.map(({ bytes }) => Buffer.from(bytes).toString('hex')).sort();
}

describe.runIf(hasOvsPeer)('a table with a limit', () => {
  it.each(NEW_VERSIONS)('is described in %s as it was set up', async (version) => {
    const settings = ['vacancy:20,80', 'evict', 'vacancy:0,0', 'noevict', 'vacancy:40,100'];
    for (const setting of [...settings, 'novacancy']) {
      await same(version, 'mod-table', 'SWITCH', '0', setting);
      await same(version, 'mod-table', 'SWITCH', '7', setting);
      await same(version, 'add-flow', 'SWITCH', `priority=${setting.length},actions=drop`);
      expect(await same(version, 'dump-table-desc', 'SWITCH')).toContain('table 253');
    }
  });

  it.each(['OpenFlow10', 'OpenFlow11', 'OpenFlow12', 'OpenFlow13', 'OpenFlow15'])(
    'says in %s how many rules it holds',
    async (version) => {
      await same(version, 'dump-tables', 'SWITCH');
      await same('OpenFlow13', 'dump-table-features', 'SWITCH').then((text) => {
        expect(text).toContain(`max_entries=${FLOW_LIMIT}`);
      });
    },
  );

  it.each([
    ['OpenFlow14', '20,80'],
    ['OpenFlow14', '75,75'],
    ['OpenFlow14', '100,100'],
    ['OpenFlow15', '50,60'],
  ] as const)('tells in %s how full it is, with limits %s', async (version, limits) => {
    const hearers = await Hearers.connect(NUMBERS[version]);
    await same(version, 'mod-table', 'SWITCH', '0', `vacancy:${limits}`);
    const heard: (string | undefined)[] = [];
    for (const round of [0, 1]) {
      for (let i = 0; i <= FLOW_LIMIT; i++) {
        await same(version, 'add-flow', 'SWITCH', `priority=${i},actions=drop`);
        heard.push(...(await hearers.hear()));
      }
      // One after the other, then all at once.
      if (round === 0) {
        for (let i = 0; i < FLOW_LIMIT; i++) {
          await same(version, '--strict', 'del-flows', 'SWITCH', `priority=${i}`);
          heard.push(...(await hearers.hear()));
        }
      }
      await same(version, 'del-flows', 'SWITCH');
      heard.push(...(await hearers.hear()));
    }
    hearers.close();
    const news = heard.filter((type) => type === 'table_status');
    // Nothing is above 100 %: what is awaited then does not come.
    expect(news).toHaveLength(limits === '100,100' ? 1 : 4);
  });

  it('tells nothing when a rule takes the place of another', async () => {
    const hearers = await Hearers.connect(OF14);
    await same('OpenFlow14', 'mod-table', 'SWITCH', '2', 'vacancy:30,40');
    await same('OpenFlow14', 'mod-table', 'SWITCH', '2', 'evict');
    for (let i = 0; i < 2 * FLOW_LIMIT; i++) {
      const options = 'hard_timeout=9,send_flow_rem,actions=drop';
      const flow = `table=2,priority=${i},importance=${i},${options}`;
      await same('OpenFlow14', 'add-flow', 'SWITCH', flow);
    }
    expect((await hearers.hear()).filter((type) => type === 'table_status')).toHaveLength(1);
    await same('OpenFlow14', '--strict', 'del-flows', 'SWITCH', 'table=2,priority=7');
    await same('OpenFlow14', 'del-flows', 'SWITCH', 'table=2');
    // The table speaks before the rules that went at once.
    const gone = 'flow_removed';
    expect(await hearers.hear()).toEqual([gone, 'table_status', gone, gone, gone]);
    hearers.close();
  });

  it('tells once when a bundle fills it', async () => {
    const hearers = await Hearers.connect(OF14);
    await same('OpenFlow14', 'mod-table', 'SWITCH', '0', 'vacancy:50,60');
    const lines = [1, 2, 3].map((priority) => `priority=${priority},actions=drop\n`).join('');
    const file = twins.file('bundle', lines);
    await same('OpenFlow14', '--bundle', 'add-flows', 'SWITCH', file);
    expect(await hearers.hear()).toEqual(['table_status']);
    hearers.close();
  });

  it('is set up for all tables at once', async () => {
    for (const setting of ['vacancy:10,20', 'evict', 'noevict', 'novacancy']) {
      await same('OpenFlow14', 'mod-table', 'SWITCH', 'all', setting);
      await same('OpenFlow14', 'dump-table-desc', 'SWITCH');
    }
  });
});
