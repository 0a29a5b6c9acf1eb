/**
 * What datapath actions send, where their order is that of a hash in Open vSwitch: it floods in
 * such an order, and what is pushed and popped between two ports hangs on it.
 */

/** A port's number, after what cuts the packet for it alone. */
const OUTPUT = /^(?:trunc\(\d+\) )?\w+$/;
const TAG = /^push_vlan(?=\()/;
const SEEING: ReadonlySet<string> = new Set(['userspace', 'sample', 'recirc']);
/** A tag of the packet that came in, which nobody has told. */
const UNKNOWN = '-';

/** What each port gets of a packet in text, the flow that came in; see `sortOutputs`. */
export function sentBy(actions: string, packet: string): string {
  const tag = /dl_vlan=(\d+),dl_vlan_pcp=(\d+)/.exec(packet);
  const pairs = actions.replace(/(trunc\(\d+\)),(?=\w+(?:,|$))/g, '$1 ');
  return sortOutputs(pairs, tag === null ? [] : [`(vid=${tag[1]},pcp=${tag[2]})`]);
}

/**
 * Actions whose outputs, with the tags of the packet in each, are sorted between other actions.
 * `tags` are those of the packet that comes in, the outermost last, as `push_vlan` has them.
 */
export function sortOutputs(actions: string, tags: readonly string[]): string {
  const done: string[] = [];
  let outputs: string[] = [];
  let now = tags;
  const flush = (): void => {
    done.push(...outputs.sort());
    outputs = [];
  };
  for (const action of split(actions)) {
    if (action === 'pop_vlan') now = now.length === 0 ? [UNKNOWN] : now.slice(0, -1);
    else if (TAG.test(action)) now = [...now, action.replace(TAG, '')];
    else if (OUTPUT.test(action)) outputs.push(`${action}${now.join('')}`);
    else {
      flush();
      done.push(sortWithin(action, now));
    }
  }
  flush();
  return done.join(' ');
}

/** Branches and clones begin with the packet as it is there. */
function sortWithin(action: string, tags: readonly string[]): string {
  const [, name = '', inner = ''] = /^(\w+)\((.*)\)$/.exec(action) ?? [];
  if (['clone', 'gt', 'le'].includes(name)) return `${name}(${sortOutputs(inner, tags)})`;
  if (name === 'check_pkt_len') {
    return `${name}(${split(inner).map((part) => sortWithin(part, tags))})`;
  }
  // Whoever else sees the packet sees its tags. Headers may be set before tags are put right.
  return SEEING.has(name) ? `${action}${tags.join('')}` : action;
}

/** At the commas outside of parentheses. */
function split(actions: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const letter of actions) {
    if (letter === '(') depth++;
    if (letter === ')') depth--;
    if (letter === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += letter;
  }
  return [...parts, part];
}
