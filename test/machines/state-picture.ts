/**
 * The picture of states in a machine's header, and the machine itself, as the same list of arrows:
 * "source -- event [guard] --> target".
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyStateMachine } from 'xstate';
import { edgesOf } from '../../src/machines/machine-edges.js';
import { ROOT } from '../tidy/source-tree.js';

/** The machine's arrows, sorted. */
export function arrowsOf(machine: AnyStateMachine): readonly string[] {
  const edges = edgesOf(machine).map(({ source, event, guard, target }) => {
    const condition = guard === undefined ? '' : ` [${guard}]`;
    return `${source} -- ${event}${condition} --> ${target}`;
  });
  return edges.toSorted();
}

/** The same from the block of states in a file's header; one line may name several events. */
export function pictureIn(path: string): readonly string[] {
  const source = readFileSync(join(ROOT, path), 'utf8');
  const block = /^ \* ```states\n(.*?)^ \* ```$/ms.exec(source)?.[1] ?? '';
  return block
    .trimEnd()
    .split('\n')
    .flatMap((line) => arrowsIn(line))
    .toSorted();
}

function arrowsIn(line: string): readonly string[] {
  const parts = /^ \* (\S+) +-- (.+?)( \[\w+\])? --> (\S+)$/.exec(line);
  if (parts === null) return [`not an arrow: ${line}`];
  const [, source, events = '', guard = '', target] = parts;
  return events.split(', ').map((event) => `${source} -- ${event}${guard} --> ${target}`);
}
