/**
 * What datapath actions send, where their order is that of a hash in Open vSwitch.
 */

/**
 * What leaves by each port, with its tags, sorted: the order in which ports are flooded is a hash
 * there, and what is pushed and popped between them hangs on it. `packet`: the flow that came in.
 */
export function sentBy(actions: string, packet: string): string {
  const tag = /dl_vlan=(\d+),dl_vlan_pcp=(\d+)/.exec(packet);
  const tags = tag === null ? [] : [`(vid=${tag[1]},pcp=${tag[2]})`];
  const outputs: string[] = [];
  let cut = '';
  for (const action of actions.split(/,(?![^(]*\))/)) {
    if (action === 'pop_vlan') tags.pop();
    else if (action.startsWith('push_vlan')) tags.push(action.replace('push_vlan', ''));
    else if (action.startsWith('trunc')) cut = `${action} `;
    else {
      outputs.push(`${cut}${action}${tags.join('')}`);
      cut = '';
    }
  }
  return outputs.sort().join(' ');
}
