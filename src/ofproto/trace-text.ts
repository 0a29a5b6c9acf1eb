/**
 * A trace as Open vSwitch 3.1 prints it, to the space.
 *
 * What a rule does stands below it, indented; but the last heading of its parent is not indented
 * further, so that a pipeline of tables each of which ends by calling the next reads as a list.
 * Answers to `oftrace_node_print_details()`.
 */

import type { TraceKind, TraceNode } from './trace-tree.js';

const INDENT = '    ';

/** Headings that may stand at their parent's own level; whatever else is a step, and indented. */
const FLAT: ReadonlySet<TraceKind> = new Set(['bridge', 'table', 'action set', 'thaw'] as const);

export function formatTrace(nodes: readonly TraceNode[], level = 0): string {
  return nodes.map((node, index) => formatNode(node, level, index === nodes.length - 1)).join('');
}

function formatNode(node: TraceNode, level: number, isLast: boolean): string {
  const step = isLast && FLAT.has(node.kind) ? 0 : 1;
  const indent = INDENT.repeat(level + step);
  return formatLines(node, indent) + formatTrace(node.children, level + 2 * step);
}

function formatLines({ kind, text }: TraceNode, indent: string): string {
  switch (kind) {
    case 'bridge':
      return `\n${indent}${text}\n${indent}${'-'.repeat(text.length)}\n`;
    case 'detail':
      return `${indent} -> ${text}\n`;
    case 'warning':
      return `${indent} >> ${text}\n`;
    case 'error':
      return `${indent} >>>> ${text} <<<<\n`;
    default:
      return `${indent}${text}\n`;
  }
}
