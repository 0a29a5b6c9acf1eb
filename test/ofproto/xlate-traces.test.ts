/**
 * Translations compared with what `ofproto/trace` of Open vSwitch 3.1 printed; see the README
 * there.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { parseMeter } from '../../src/ofproto/meter-text.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import { BridgeFixture } from './bridge-fixture.js';

interface Trace {
  readonly packet: string;
  readonly megaflow: string;
  readonly actions: string;
}

/** What the real switch had, and what it did with some packets. */
interface TracedSwitch {
  readonly groups?: readonly string[];
  readonly meters?: readonly string[];
  readonly rules: readonly string[];
  readonly traces: readonly Trace[];
}

const folder = new URL('../fixtures/traces/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** OVS prints the mask of a whole IPv6 label where an action, not a match, has set it. */
const FULL_LABEL_MASK = /(?<=ipv6_label=0x\w{5})\/0xfffff/;

describe('Xlate.translate()', () => {
  it('has a dozen rule sets to compare', () => {
    expect(files.length).toBeGreaterThanOrEqual(12);
  });

  it.each(files)('traces %s as the real switch does', (file) => {
    const traced = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as TracedSwitch;
    const { traces } = traced;
    const fixture = createTracedBridge(traced);
    for (const { packet, megaflow, actions } of traces) {
      expect(`${packet}\n${normalize(fixture.actions(packet))}`).toBe(
        `${packet}\n${normalize(actions)}`,
      );
      expect(`${packet}\n${fixture.megaflow(packet)}`).toBe(
        `${packet}\n${megaflow.replace(FULL_LABEL_MASK, '')}`,
      );
    }
  });
});

/** With the local port and the static addresses that the traced switch had. */
function createTracedBridge({ groups = [], meters = [], rules }: TracedSwitch): BridgeFixture {
  const fixture = new BridgeFixture();
  const { bridge } = fixture;
  bridge.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: odpPort(100) });
  bridge.macs.addStatic(0x5054, 1, 0, ofpPort(1));
  bridge.macs.addStatic(0x5054, 2, 0, ofpPort(2));
  bridge.macs.addStatic(0x5054, 3, 100, ofpPort(3));
  for (const text of meters) bridge.meters.apply({ command: 'add', meter: parseMeter(text) });
  for (const text of groups) fixture.addGroup(text);
  for (const text of rules) fixture.addFlow(text);
  return fixture;
}

/**
 * The real switch floods in the order of a hash, and numbers frozen states and queues as it likes.
 */
function normalize(actions: string): string {
  const named = actions.replace(/(?<=recirc_id=|recirc\()\w+/g, 'N').replace(/pid=\d+/g, 'pid=N');
  return named.replace(/(?<=^|,)\d+(?:,\d+)*(?=,|$)/g, (ports) =>
    ports
      .split(',')
      .sort((a, b) => Number(a) - Number(b))
      .join(),
  );
}
