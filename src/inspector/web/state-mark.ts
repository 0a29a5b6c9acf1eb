/**
 * A shape for each state of a ukey, shown before its name: full where the datapath has the flow,
 * hollow before, half where the two may differ, a lozenge on the way out, a cross at the end.
 */

const MARKS: Readonly<Record<string, string>> = {
  created: '◌',
  visible: '○',
  operational: '●',
  inconsistent: '◐',
  evicting: '◆',
  evicted: '◇',
  deleted: '✕',
  unmarked: '○',
  marked: '●',
  gone: '◇',
};

export function markOf(state: string): string {
  return MARKS[state] ?? '·';
}
