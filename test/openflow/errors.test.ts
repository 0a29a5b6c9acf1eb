/**
 * Every error that the switch has is provoked by a message: those of the tables of cases, which a
 * real switch is sent as well (`test/interop/errors.test.ts`), and those that take more than that.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLE_IDLE_MS_MAX, BUNDLES_MAX, BUNDLES_SIZE_MAX } from '../../src/openflow/bundles.js';
import { MONITORS_MAX } from '../../src/openflow/flow-monitors.js';
import { encodeHello } from '../../src/openflow/hello-codec.js';
import { encodeMessage } from '../../src/openflow/message.js';
import { OFP_ERROR_NUMBERS } from '../../src/openflow/ofp-error-numbers.js';
import { OF10, OF13, OF14 } from '../../src/openflow/protocol.js';
import { ERROR_CASES } from './error-cases.js';
import { FLOW_ERROR_CASES, flowMod, OWN_FLOW_CASES } from './flow-error-cases.js';
import { GROUP_CASES } from './group-mod-cases.js';
import { METER_CASES, STATS_CASES } from './meter-mod-cases.js';
import { OWN_CASES } from './own-error-cases.js';
import type { RefusedCase } from './refused-case.js';
import { createBench, errorIn, TestPeer } from './test-peer.js';

const OWN = [...OWN_CASES, ...OWN_FLOW_CASES];
const CASES: readonly RefusedCase[] = [...ERROR_CASES, ...FLOW_ERROR_CASES, ...OWN];

/** Errors that the tests below provoke, or others that are named. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  OFPHFC_INCOMPATIBLE: 'connection.test.ts',
  OFPBRC_BAD_VERSION: 'below',
  OFPBFC_OUT_OF_BUNDLES: 'below',
  OFPBFC_TIMEOUT: 'below',
  OFPBFC_MSG_FAILED: 'below',
  OFPBFC_MSG_TOO_MANY: 'below',
  OFPFMFC_TABLE_FULL: 'below',
  OFPMOFC_UNKNOWN: 'below',
  OFPMMFC_OUT_OF_METERS: 'test/ofproto/meter-table.test.ts',
};

describe('A switch', () => {
  it.each(CASES)('answers $error to $name', ({ version, bytes, error }) => {
    expect(new TestPeer(version).errorsOf(bytes)).toEqual([error]);
  });

  it('answers OFPBRC_BAD_VERSION to a message of another version than was agreed', () => {
    const peer = new TestPeer(OF13);
    expect(peer.errorsOf(Uint8Array.of(OF10, 18, 0, 8, 0, 0, 0, 1))).toEqual([
      'OFPBRC_BAD_VERSION',
    ]);
  });

  it('takes a second hello, whatever its version', () => {
    expect(new TestPeer(OF13).errorsOf(encodeHello([OF10], 5))).toEqual([]);
  });

  it('answers OFPBFC_OUT_OF_BUNDLES to one bundle too many', () => {
    const peer = new TestPeer(OF14);
    const open = (id: number) =>
      peer.errorsOf(peer.encode('bundle_control', (body) => body.u32(id).u16(0).u16(0)));
    for (let id = 0; id < BUNDLES_MAX; id++) expect(open(id)).toEqual([]);
    expect(open(BUNDLES_MAX)).toEqual(['OFPBFC_OUT_OF_BUNDLES']);
  });

  it('answers OFPBFC_TIMEOUT to a bundle that nobody goes on with', () => {
    const peer = new TestPeer(OF14);
    peer.ask('bundle_control', (body) => body.u32(1).u16(0).u16(0));
    peer.bench.clock.advance(BUNDLE_IDLE_MS_MAX);
    expect(peer.take().map((message) => errorIn(message, OF14))).toEqual(['OFPBFC_TIMEOUT']);
  });

  it('answers OFPFMFC_TABLE_FULL to a flow that there is no room for', () => {
    const bench = createBench();
    bench.sw.bridge().ofproto.tables.limit(0, { rulesMax: 1 });
    const peer = new TestPeer(OF13, bench);
    expect(peer.errorsOf(flowMod(OF13, { priority: 1 }))).toEqual([]);
    expect(peer.errorsOf(flowMod(OF13, { priority: 2 }))).toEqual(['OFPFMFC_TABLE_FULL']);
  });

  it('answers what is wrong with a message of a bundle, and OFPBFC_MSG_FAILED', () => {
    const peer = new TestPeer(OF14);
    peer.send(flowMod(OF14, { priority: 9 }));
    const overlapping = flowMod(OF14, { priority: 9, match: '80000a02 0800', flags: 2 });
    const xid = Buffer.from(overlapping).readUInt32BE(4);
    const add = encodeMessage(OF14, 'bundle_add_message', xid, (body) =>
      body.u32(1).u16(0).u16(0).bytes(overlapping),
    );
    expect(peer.errorsOf(add)).toEqual([]);
    const commit = peer.encode('bundle_control', (body) => body.u32(1).u16(4).u16(0));
    expect(peer.errorsOf(commit)).toEqual(['OFPFMFC_OVERLAP', 'OFPBFC_MSG_FAILED']);
  });

  it('answers OFPBFC_MSG_TOO_MANY to a bundle that is too large', () => {
    const peer = new TestPeer(OF14);
    const packetOut = encodeMessage(OF14, 'packet_out', 9, (body) => {
      body.u32(0xffff_ffff).u32(1).u16(0).zeros(6).zeros(60_000);
    });
    const add = encodeMessage(OF14, 'bundle_add_message', 9, (body) =>
      body.u32(1).u16(0).u16(0).bytes(packetOut),
    );
    const room = Math.floor(BUNDLES_SIZE_MAX / packetOut.length);
    for (let i = 0; i < room; i++) peer.channel.receive(add);
    expect(peer.take()).toEqual([]);
    expect(peer.errorsOf(add)).toEqual(['OFPBFC_MSG_TOO_MANY']);
  });

  it('answers OFPMOFC_UNKNOWN to one monitor too many', () => {
    const peer = new TestPeer(OF14);
    const watch = (id: number) =>
      peer.errorsOf(
        peer.encode('stats_request', (body) => {
          body.u16(16).zeros(6).u32(id).u32(0xffff_ffff).u32(0xffff_ffff);
          body.u16(2).u8(0xff).u8(0).u16(1).u16(4).zeros(4);
        }),
      );
    for (let id = 0; id < MONITORS_MAX; id++) expect(watch(id)).toEqual([]);
    expect(watch(MONITORS_MAX)).toEqual(['OFPMOFC_UNKNOWN']);
  });

  it('has no error that no test provokes', () => {
    const all = [...CASES, ...GROUP_CASES, ...METER_CASES, ...STATS_CASES];
    const provoked = new Set(all.map(({ error }) => error));
    const left = errorsInSources().filter((name) => !provoked.has(name) && !(name in ELSEWHERE));
    expect(left).toEqual([]);
  });
});

/** The errors that the sources name. */
function errorsInSources(): (keyof typeof OFP_ERROR_NUMBERS)[] {
  const folders = ['src/openflow', 'src/ofproto'];
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const texts = files
    .filter((path) => path.endsWith('.ts') && !path.endsWith('ofp-error-numbers.ts'))
    .map((path) => readFileSync(path, 'utf8'));
  const text = texts.join('\n');
  const names = Object.keys(OFP_ERROR_NUMBERS) as (keyof typeof OFP_ERROR_NUMBERS)[];
  return names.filter((name) => text.includes(`'${name}'`));
}
