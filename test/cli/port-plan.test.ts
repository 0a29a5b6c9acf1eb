import { describe, expect, it } from 'vitest';
import type { LoadedCapture } from '../../src/cli/loaded-capture.js';
import { mergeCaptures } from '../../src/cli/packet-sequence.js';
import { planPorts } from '../../src/cli/port-plan.js';
import { captureOf, frameFrom } from './captures.js';

function portsOf(captures: readonly LoadedCapture[], portsMax = 8) {
  const plan = planPorts(captures, mergeCaptures(captures), portsMax);
  return { names: plan.names, ports: [...plan.ports] };
}

describe('planPorts()', () => {
  it('makes one port a source MAC, in order of appearance', () => {
    const capture = captureOf('a', [frameFrom(7), frameFrom(3), frameFrom(7)]);
    expect(portsOf([capture])).toEqual({
      names: ['02:00:00:00:00:07', '02:00:00:00:00:03'],
      ports: [1, 2, 1],
    });
  });

  it('hashes the MACs beyond the last port with FNV-1a', () => {
    const capture = captureOf('a', [frameFrom(1), frameFrom(2), frameFrom(3), frameFrom(4)]);
    // FNV-1a of 02:00:00:00:00:03 and of …:04, computed with another program.
    expect(portsOf([capture], 2).ports).toEqual([1, 2, 1 + (0x79237922 % 2), 1 + (0x74237143 % 2)]);
  });

  it('makes one port a file where there are several', () => {
    const captures = [captureOf('a', [frameFrom(1)]), captureOf('b', [frameFrom(1)])];
    expect(portsOf(captures)).toEqual({ names: ['a', 'b'], ports: [1, 2] });
  });

  it('makes one port an interface that has a packet, where a file has several', () => {
    const capture = captureOf('a', [frameFrom(1), frameFrom(1), frameFrom(2)]);
    const several = {
      ...capture,
      interfaces: [3, 1, 3],
      interfaceNames: ['eth0', 'eth1', 'eth2', ''],
    };
    expect(portsOf([several])).toEqual({ names: ['eth1', 'interface 3'], ports: [2, 1, 2] });
  });

  it('lets a frame without a source MAC in at the first port', () => {
    expect(portsOf([captureOf('a', [new Uint8Array(8)])])).toEqual({
      names: ['no source address'],
      ports: [1],
    });
    const later = captureOf('a', [frameFrom(1), frameFrom(2), new Uint8Array(11)]);
    expect(portsOf([later]).ports).toEqual([1, 2, 1]);
  });

  it('makes no port without a packet', () => {
    expect(portsOf([captureOf('a', [])])).toEqual({ names: [], ports: [] });
  });
});
