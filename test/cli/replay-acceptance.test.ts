import { describe, expect, it } from 'vitest';
import type { ReplayDocument } from '../../src/cli/replay-document.js';
import { runCli } from './run-cli.js';
import { hasSharedCaptures, sharedCapture } from './shared-captures.js';

const replay = (name: string, ...options: string[]) =>
  runCli(['replay', sharedCapture(name), ...options]);

describe.skipIf(!hasSharedCaptures)('upcall replay', () => {
  it.each([
    ['mixed/snabb-sanitized4k.pcap', ['--json']],
    ['mixed/ndpi-sites.pcapng', []],
    ['mixed/ndpi-synscan.pcap', ['--flow-limit', '20', '--megaflows', 'off', '--json']],
    ['control/arkime-arkime_synthetic.pcap', ['--handlers', '3', '--revalidators', '2', '--json']],
  ])('prints the same bytes twice for %s %j', async (name, options) => {
    const first = await replay(name, '--seed', '42', ...options);
    const second = await replay(name, '--seed', '42', ...options);
    expect(first.stdout.length).toBeGreaterThan(1000);
    expect(second.stdout).toBe(first.stdout);
  });

  it('shows the flow limit at work on a SYN scan', async () => {
    const options = ['--flow-limit', '20', '--megaflows', 'off', '--json'];
    const { stdout } = await replay('mixed/ndpi-synscan.pcap', ...options);
    const { coverage, udpif, conservation }: ReplayDocument = JSON.parse(stdout);
    expect(coverage['upcall_flow_limit_hit']).toBeGreaterThan(0);
    expect(coverage['upcall_flow_limit_kill']).toBeGreaterThan(0);
    expect(udpif.deleted.flow_idle).toBeGreaterThan(0);
    expect(udpif.deleted.flow_limit).toBeGreaterThan(0);
    expect(conservation.ok).toBe(true);
  });

  it('makes one port an interface of a pcapng with several', async () => {
    const { stdout } = await replay('format/zeek-pcapng-multi-interface.pcapng', '--json');
    const { ports }: ReplayDocument = JSON.parse(stdout);
    expect(ports.length).toBeGreaterThan(1);
    expect(ports.every(({ rxPackets }) => rxPackets > 0)).toBe(true);
  });

  it('names the interface and the link type that is not Ethernet', async () => {
    const { status, stdout, stderr } = await replay('format/ndpi-ocs.pcap', '--json');
    const { captures }: ReplayDocument = JSON.parse(stdout);
    expect(status).toBe(1);
    expect(captures[0]?.error).toMatch(/interface 0.*RAW/);
    expect(stderr).toContain(captures[0]?.error);
  });
});
