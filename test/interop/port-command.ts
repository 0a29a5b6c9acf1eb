/** What `ovs-vsctl` is told to give a port its VLANs and its protection. */

import type { PortSettings } from '../../src/ofproto/ofproto.js';

/** Words after others of one transaction; what `settings` does not have is cleared. */
export function portCommand(settings: PortSettings, name: string): string[] {
  const { vlan = {}, isProtected = false } = settings;
  const { mode, tag, trunks, cvlans, priorityTags } = vlan;
  const words = ['--', 'clear', 'port', name, 'vlan_mode', 'tag', 'trunks', 'cvlans'];
  words.push('other_config', '--', 'set', 'port', name, `protected=${isProtected}`);
  if (mode !== undefined) words.push(`vlan_mode=${mode}`);
  if (tag !== undefined) words.push(`tag=${tag}`);
  if (trunks !== undefined) words.push(`trunks=${trunks.join()}`);
  if (cvlans !== undefined) words.push(`cvlans=${cvlans.join()}`);
  if (priorityTags !== undefined) words.push(`other_config:priority-tags=${priorityTags}`);
  return words;
}
