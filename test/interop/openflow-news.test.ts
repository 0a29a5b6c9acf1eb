/**
 * What a controller hears without asking, as far as it has said that it wants to: role status,
 * group-mods and meter-mods of others; and how it says so. Byte by byte, on our switch and on a
 * real one.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ByteWriter } from '../../src/openflow/byte-writer.js';
import { encodeMessage } from '../../src/openflow/message.js';
import {
  type MessageType,
  OF13,
  OF14,
  OF15,
  type OfpVersion,
} from '../../src/openflow/protocol.js';
import {
  DELETE,
  INSERT,
  MODIFY,
  newBucket,
  newMod,
  oldBucket,
  oldMod,
  output,
  SELECT,
} from '../openflow/refused-case.js';
import { OpenFlowTwins } from './openflow-twins.js';
import { hasOvsPeer } from './ovs-peer.js';
import { RawOpenFlow } from './raw-openflow.js';

const XID = 0x55;

let twins: OpenFlowTwins;

beforeAll(async () => {
  if (hasOvsPeer) twins = await OpenFlowTwins.start();
});

afterAll(async () => {
  if (hasOvsPeer) await twins.stop();
});

function message(version: OfpVersion, type: MessageType, write?: (body: ByteWriter) => void) {
  return encodeMessage(version, type, XID, write);
}

/** Two peers of one switch: what one hears of the other. */
class Pair {
  readonly hearer: RawOpenFlow;
  readonly doer: RawOpenFlow;

  private constructor(hearer: RawOpenFlow, doer: RawOpenFlow) {
    this.hearer = hearer;
    this.doer = doer;
  }

  static async connect(target: string, hears: OfpVersion, does: OfpVersion): Promise<Pair> {
    const path = target.replace('unix:', '');
    const hearer = await RawOpenFlow.connect(path, hears);
    const pair = new Pair(hearer, await RawOpenFlow.connect(path, does));
    // A tool is told of nothing before it has asked for packets; then of all others' doings.
    await hearer.send(message(hears, 'set_config', (body) => body.u16(0).u16(128)));
    await hearer.send(
      message(hears, 'set_async', (body) => {
        for (const property of [6, 7, 10, 11]) body.u16(property).u16(8).u32(3);
      }),
    );
    return pair;
  }

  /** In hex. */
  async hears(...done: readonly Uint8Array[]): Promise<string[]> {
    for (const bytes of done) await this.doer.send(bytes);
    const heard = await this.hearer.send(new Uint8Array(0));
    return heard.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  }

  close(): void {
    this.hearer.close();
    this.doer.close();
  }
}

/** What is heard on both switches, which must be the same. */
async function same(
  hears: OfpVersion,
  does: OfpVersion,
  ...done: readonly Uint8Array[]
): Promise<string[]> {
  const heard: string[][] = [];
  for (const target of [twins.ours.openFlowTarget, twins.theirs.openFlowTarget]) {
    const pair = await Pair.connect(target, hears, does);
    heard.push(await pair.hears(...done));
    pair.close();
  }
  expect(heard[0]).toEqual(heard[1]);
  return heard[0] ?? [];
}

const meterMod = (version: OfpVersion, command: number): Uint8Array =>
  message(version, 'meter_mod', (body) =>
    body.u16(command).u16(1).u32(9).u16(1).u16(16).u32(700).u32(0).zeros(4),
  );

describe.runIf(hasOvsPeer)('a controller', () => {
  it.each([OF13, OF14, OF15] as const)(
    'is told in version %d what it hears of',
    async (version) => {
      const answers: string[] = [];
      for (const target of [twins.ours.openFlowTarget, twins.theirs.openFlowTarget]) {
        const raw = await RawOpenFlow.connect(target.replace('unix:', ''), version);
        const set =
          version === OF13
            ? message(version, 'set_async', (body) =>
                body.u32(1).u32(2).u32(3).u32(4).u32(5).u32(6),
              )
            : message(version, 'set_async', (body) =>
                body.u16(7).u16(8).u32(3).u16(8).u16(8).u32(0x18).u16(1).u16(8).u32(5),
              );
        for (const bytes of [new Uint8Array(0), set]) {
          await raw.send(bytes);
          const [answer] = await raw.send(message(version, 'get_async_request'));
          answers.push(Buffer.from(answer?.bytes ?? []).toString('hex'));
        }
        raw.close();
      }
      expect(answers.slice(0, 2)).toEqual(answers.slice(2));
      expect(answers[0]).not.toBe(answers[1]);
    },
  );

  it.each([OF14, OF15] as const)(
    'of version %d hears that it is the primary no more',
    async (version) => {
      const heard: string[][] = [];
      for (const target of [twins.ours.openFlowTarget, twins.theirs.openFlowTarget]) {
        const pair = await Pair.connect(target, version, OF13);
        const primary = (its: OfpVersion, newest: bigint): Uint8Array =>
          message(its, 'role_request', (body) => body.u32(2).zeros(4).u64(newest));
        const generation = BigInt(100 * version);
        await pair.hearer.send(primary(version, generation));
        heard.push(await pair.hears(primary(OF13, generation + 1n)));
        pair.close();
      }
      expect(heard[0]).toEqual(heard[1]);
      expect(heard[0]).toHaveLength(2);
    },
  );

  it.each([
    [OF14, OF14],
    [OF14, OF13],
    [OF15, OF14],
    [OF15, OF15],
    [OF14, OF15],
  ] as const)('of version %d hears of groups and meters in version %d', async (hears, does) => {
    const isNew = does === OF15;
    const bucket = isNew
      ? newBucket({ id: 0, actions: output(does) })
      : oldBucket({ weight: 5, actions: output(does) });
    const mod = (command: number): Uint8Array =>
      isNew
        ? newMod({ command, id: 40, type: SELECT }, ...(command === DELETE ? [] : [bucket]))
        : oldMod(does, { command, id: 40, type: SELECT }, ...(command === DELETE ? [] : [bucket]));
    const changes = [
      mod(0),
      mod(MODIFY),
      mod(DELETE),
      ...[0, 1, 2].map((it) => meterMod(does, it)),
    ];
    const heard = await same(hears, does, ...changes);
    expect(heard).toHaveLength(changes.length + 1);
  });

  it('of version 1.5 hears of buckets by themselves', async () => {
    const group = newMod({ id: 41, type: SELECT }, newBucket({ id: 5, actions: output(OF15) }));
    const insert = newMod(
      { command: INSERT, id: 41, type: SELECT, at: 5 },
      newBucket({ id: 6, actions: output(OF15) }),
    );
    await same(OF15, OF15, group, insert, newMod({ command: DELETE, id: 41 }));
  });

  it('does not hear of what it does itself, nor of what is refused', async () => {
    const heard = await same(OF14, OF14, oldMod(OF14, { command: MODIFY, id: 77 }));
    expect(heard).toHaveLength(1);
  });
});
