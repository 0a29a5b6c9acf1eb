import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { FileError } from '../../src/base/errors.js';
import { type Capture, openCapture } from '../../src/packet/capture-reader.js';
import { PcapWriter } from '../../src/packet/pcap-writer.js';

const folder = mkdtempSync(join(tmpdir(), 'capture-'));
afterAll(() => rmSync(folder, { recursive: true }));

let fileCount = 0;

function fileOf(...parts: readonly Uint8Array[]): string {
  const path = join(folder, `${fileCount++}.pcap`);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

/** Numbers of 32 bits in one endianness. */
function words(isLittle: boolean, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) view.setUint32(i * 4, value, isLittle);
  return new Uint8Array(view.buffer);
}

function pcapHeader(isLittle: boolean, magic: number, linkType = 1): Uint8Array {
  return words(isLittle, magic, isLittle ? 0x0004_0002 : 0x0002_0004, 0, 0, 65_535, linkType);
}

function summary(capture: Capture) {
  return Array.from(capture, ({ data, seconds, nanoseconds, interfaceIndex }) => ({
    data: [...data],
    time: [seconds, nanoseconds],
    interfaceIndex,
  }));
}

const FRAME = Uint8Array.of(1, 2, 3, 4);

describe('openCapture() of a pcap', () => {
  for (const isLittle of [true, false]) {
    it(`reads ${isLittle ? 'little' : 'big'} endian, micro- and nanoseconds`, () => {
      for (const [magic, unit] of [
        [0xa1b2c3d4, 1000],
        [0xa1b23c4d, 1],
      ] as const) {
        const record = words(isLittle, 7, 5, FRAME.length, 60);
        const path = fileOf(pcapHeader(isLittle, magic), record, FRAME);
        expect(summary(openCapture(path))).toEqual([
          { data: [1, 2, 3, 4], time: [7, 5 * unit], interfaceIndex: 0 },
        ]);
      }
    });
  }

  it('gives the packets before a break, then says where it is', () => {
    const record = words(true, 0, 0, FRAME.length, FRAME.length);
    const path = fileOf(pcapHeader(true, 0xa1b2c3d4), record, FRAME, record, FRAME.subarray(1));
    const capture = openCapture(path);
    expect(summary(capture)).toHaveLength(1);
    expect(capture.error?.message).toMatch(/^Cannot read packet 2 of ".*": the file is cut short/);
  });

  it('stops at a record whose size makes no sense', () => {
    const path = fileOf(pcapHeader(true, 0xa1b2c3d4), words(true, 0, 0, 0x7fff_ffff, 0));
    const capture = openCapture(path);
    expect(summary(capture)).toEqual([]);
    expect(capture.error?.message).toContain('makes no sense');
  });

  it('accepts another link type until a packet comes', () => {
    const header = pcapHeader(true, 0xa1b2c3d4, 276);
    expect(openCapture(fileOf(header)).next()).toBeUndefined();
    const capture = openCapture(fileOf(header, words(true, 0, 0, 4, 4), FRAME));
    expect(summary(capture)).toEqual([]);
    expect(capture.error?.message).toContain('interface 0 has link type LINUX_SLL2 (276)');
  });

  it('refuses what is no capture, with the reason', () => {
    const open = (path: string) => () => openCapture(path);
    expect(open(join(folder, 'none'))).toThrow('no such file');
    expect(open(folder)).toThrow(FileError);
    expect(open(fileOf())).toThrow('the file is empty');
    expect(open(fileOf(FRAME))).toThrow('neither a pcap nor a pcapng');
    expect(open(fileOf(words(true, 0xa1b2c3d4)))).toThrow('cut short in its pcap header');
  });
});

/** A pcapng block with its padding and both lengths. */
function block(isLittle: boolean, type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const contents = Buffer.concat(body);
  const padding = new Uint8Array(-contents.length & 3);
  const size = 12 + contents.length + padding.length;
  const head = words(isLittle, type, size);
  return Buffer.concat([head, contents, padding, words(isLittle, size)]);
}

function section(isLittle: boolean): Uint8Array {
  const version = isLittle ? 0x0000_0001 : 0x0001_0000;
  return block(
    isLittle,
    0x0a0d0d0a,
    words(isLittle, 0x1a2b3c4d, version, 0xffff_ffff, 0xffff_ffff),
  );
}

function halves(isLittle: boolean, ...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 2));
  for (const [i, value] of values.entries()) view.setUint16(i * 2, value, isLittle);
  return new Uint8Array(view.buffer);
}

function option(isLittle: boolean, code: number, value: Uint8Array): Uint8Array {
  const padding = new Uint8Array(-value.length & 3);
  return Buffer.concat([halves(isLittle, code, value.length), value, padding]);
}

function interfaceBlock(isLittle: boolean, linkType: number, ...options: readonly Uint8Array[]) {
  return block(isLittle, 1, halves(isLittle, linkType, 0), words(isLittle, 0), ...options);
}

function packetBlock(isLittle: boolean, interfaceId: number, units: bigint): Uint8Array {
  const time = [Number(units >> 32n), Number(units & 0xffff_ffffn)];
  const head = words(isLittle, interfaceId, ...time, FRAME.length, FRAME.length);
  return block(isLittle, 6, head, FRAME);
}

describe('openCapture() of a pcapng', () => {
  for (const isLittle of [true, false]) {
    it(`reads ${isLittle ? 'little' : 'big'} endian interfaces with names and resolutions`, () => {
      const name = option(isLittle, 2, Buffer.from('eth0'));
      const nano = option(isLittle, 9, Uint8Array.of(9));
      const binary = option(isLittle, 9, Uint8Array.of(0x80 | 10));
      const capture = openCapture(
        fileOf(
          section(isLittle),
          interfaceBlock(isLittle, 1, name, option(isLittle, 0, new Uint8Array(0))),
          interfaceBlock(isLittle, 1, nano),
          interfaceBlock(isLittle, 1, binary),
          packetBlock(isLittle, 0, 5_000_007n),
          packetBlock(isLittle, 1, 1_700_000_000_000_000_007n),
          packetBlock(isLittle, 2, 1536n),
        ),
      );
      expect(summary(capture).map(({ time, interfaceIndex }) => [interfaceIndex, ...time])).toEqual(
        [
          [0, 5, 7000],
          [1, 1_700_000_000, 7],
          [2, 1, 500_000_000],
        ],
      );
      expect(capture.interfaces.map(({ name: text }) => text)).toEqual([
        'eth0',
        undefined,
        undefined,
      ]);
    });
  }

  it('reads simple packet blocks and skips unknown ones', () => {
    const path = fileOf(
      section(true),
      interfaceBlock(true, 1),
      block(true, 0x0bad, FRAME),
      block(true, 3, words(true, FRAME.length), FRAME),
    );
    expect(summary(openCapture(path))).toEqual([
      { data: [1, 2, 3, 4], time: [0, 0], interfaceIndex: 0 },
    ]);
  });

  it('numbers interfaces through all sections', () => {
    const part = [interfaceBlock(true, 1), packetBlock(true, 0, 1n)];
    const capture = openCapture(fileOf(section(true), ...part, section(true), ...part));
    expect(summary(capture).map(({ interfaceIndex }) => interfaceIndex)).toEqual([0, 1]);
  });

  it('applies the offset of an interface', () => {
    const offset = new DataView(new ArrayBuffer(8));
    offset.setBigInt64(0, 100n, true);
    const options = option(true, 14, new Uint8Array(offset.buffer));
    const path = fileOf(section(true), interfaceBlock(true, 1, options), packetBlock(true, 0, 1n));
    expect(openCapture(path).next()?.seconds).toBe(100);
  });

  it('minds another link type only of an interface that has a packet', () => {
    const start = [section(true), interfaceBlock(true, 1), interfaceBlock(true, 113)];
    const good = openCapture(fileOf(...start, packetBlock(true, 0, 1n)));
    expect(summary(good)).toHaveLength(1);
    expect(good.error).toBeUndefined();
    const bad = openCapture(fileOf(...start, packetBlock(true, 0, 1n), packetBlock(true, 1, 1n)));
    expect(summary(bad)).toHaveLength(1);
    expect(bad.error?.message).toContain('interface 1 has link type LINUX_SLL (113)');
  });

  it('breaks at a packet of an unknown interface, and at a cut', () => {
    const unknown = openCapture(fileOf(section(true), packetBlock(true, 3, 1n)));
    expect(summary(unknown)).toEqual([]);
    expect(unknown.error?.message).toContain('interface 3 is not described');
    const cut = packetBlock(true, 0, 1n).subarray(0, 20);
    const capture = openCapture(fileOf(section(true), interfaceBlock(true, 1), cut));
    expect(summary(capture)).toEqual([]);
    expect(capture.error?.message).toContain('cut short');
  });
});

describe('PcapWriter', () => {
  it('writes what openCapture() reads, small frames and large', () => {
    const path = join(folder, 'written.pcap');
    const frames = [FRAME, new Uint8Array(300_000).fill(9), FRAME];
    const writer = new PcapWriter(path);
    for (const [i, frame] of frames.entries()) writer.write(frame, i, 999_999_999);
    writer.close();
    expect(summary(openCapture(path))).toEqual(
      frames.map((data, i) => ({ data: [...data], time: [i, 999_999_999], interfaceIndex: 0 })),
    );
    expect(readFileSync(path)).toHaveLength(24 + 3 * 16 + 300_008);
  });

  it('says which file it cannot create', () => {
    expect(() => new PcapWriter(join(folder, 'no', 'such'))).toThrow(/Cannot write ".*such"/);
  });
});
