/**
 * Translations compared with what `ofproto/trace` of Open vSwitch 3.1 printed; see the README
 * there.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { odpPort, ofpPort } from '../../src/base/brands.js';
import { OFPP_LOCAL } from '../../src/ofproto/ofpact.js';
import { BridgeFixture } from './bridge-fixture.js';

interface Trace {
  readonly packet: string;
  readonly megaflow: string;
  readonly actions: string;
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
    const text = readFileSync(new URL(file, folder), 'utf8');
    const {
      groups = [],
      rules,
      traces,
    } = JSON.parse(text) as {
      groups?: string[];
      rules: string[];
      traces: Trace[];
    };
    const fixture = createTracedBridge(groups, rules);
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
function createTracedBridge(groups: readonly string[], rules: readonly string[]): BridgeFixture {
  const fixture = new BridgeFixture();
  for (const group of groups) fixture.addGroup(group);
  for (const rule of rules) fixture.addFlow(rule);
  const { bridge } = fixture;
  bridge.addPort({ name: 'br0', ofpPort: OFPP_LOCAL, odpPort: odpPort(100) });
  bridge.macs.addStatic(0x5054, 1, 0, ofpPort(1));
  bridge.macs.addStatic(0x5054, 2, 0, ofpPort(2));
  bridge.macs.addStatic(0x5054, 3, 100, ofpPort(3));
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
