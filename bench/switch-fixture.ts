/**
 * Switches and frames for the benches: a rule set in which every source address is a megaflow of
 * its own, and frames with as many source addresses as are wanted.
 *
 * Time is virtual and moves only when a bench says so; work is real.
 */

import { milliseconds } from '../src/base/brands.js';
import { VirtualClock } from '../src/base/virtual-clock.js';
import { createSwitch, type Switch } from '../src/switch.js';
import { packet } from '../src/switch-packet.js';
import type { Visit } from './bench.js';

/** The first table reads the whole source address, the second decides. */
const FLOWS = `
  table=0,priority=10,ip,actions=move:NXM_OF_IP_SRC[]->NXM_NX_REG0[],resubmit(,1)
  table=1,priority=20,udp,tp_dst=4789,actions=drop
  table=1,priority=10,ip,nw_dst=10.0.0.0/8,actions=output:2
`;
const START_MS = 1_000_000;
/** Frames injected before the switch runs: fewer than a port's ring holds. */
const CHUNK = 512;
const SOURCE_ADDRESS_OFFSET = 26;
/** Above any number of flows here, so that the limit is not in the way. */
const FLOW_LIMIT = 1_000_000;
/** Flows that see no packet stay. */
const MAX_IDLE_MS = 1_000_000_000;
/** What `max-revalidator` is by default: a cycle starts every so often. */
export const CYCLE_MS = 500;

export interface SwitchFixture {
  readonly sw: Switch;
  readonly clock: VirtualClock;
}

export function createFixture(): SwitchFixture {
  const clock = new VirtualClock({ start: START_MS });
  const settings = { flowLimit: FLOW_LIMIT, maxIdleMs: MAX_IDLE_MS, minRevalidatePps: 0 };
  const sw = createSwitch({ ports: 2, flows: FLOWS, clock, settings });
  clock.runDue();
  sw.udpif.setFlowLimit(FLOW_LIMIT);
  return { sw, clock };
}

/** `count` UDP frames of 60 bytes, from as many addresses. */
export function udpFrames(count: number): Uint8Array[] {
  const template = packet('udp,nw_src=11.0.0.0,nw_dst=10.0.0.2,tp_src=1024,tp_dst=53');
  return Array.from({ length: count }, (_, i) => {
    const frame = template.slice();
    new DataView(frame.buffer).setUint32(SOURCE_ADDRESS_OFFSET, 0x0b00_0000 + i);
    return frame;
  });
}

/** Sends frames in at port 1, and lets the switch run until nothing is left to do. */
export function forward({ sw, clock }: SwitchFixture, frames: readonly Uint8Array[]): void {
  const port = sw.port(1);
  for (let start = 0; start < frames.length; start += CHUNK) {
    const end = Math.min(start + CHUNK, frames.length);
    for (let i = start; i < end; i++) port.inject(frames[i] ?? new Uint8Array());
    clock.runDue();
  }
}

/** A switch with `count` flows, each dumped often enough to be at rest, and left by its visitor. */
export function fixtureWithFlows(count: number, visit?: Visit): SwitchFixture {
  const fixture = createFixture();
  const leave = visit?.(fixture.sw);
  forward(fixture, udpFrames(count));
  for (let i = 0; i < 3; i++) runCycle(fixture);
  leave?.();
  return fixture;
}

/** Lets time pass until exactly one more cycle of the revalidators has ended. */
export function runCycle({ sw, clock }: SwitchFixture): void {
  const { cycles } = sw.udpif.status();
  while (sw.udpif.status().cycles === cycles) clock.advance(milliseconds(CYCLE_MS));
}
