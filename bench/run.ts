/**
 * `npm run bench [-- --scale 1] [-- NAME...]`: runs the benches and prints figures and ratios.
 *
 * The ratio is Open vSwitch's cost by ours, so 2.0 means twice as fast. Its figures were measured
 * once, on a machine like CI's (`docs/decisions.md`), not in this run.
 */

import { parseArgs } from 'node:util';
import { type Bench, type Figure, FULL, measure, SMOKE } from './bench.js';
import { benches, MEMORY_SIZES, SMOKE_SIZE } from './benches.js';
import { measureMemory, OVS_BYTES } from './memory.js';

const { values, positionals } = parseArgs({
  options: { scale: { type: 'string', default: 'full' } },
  allowPositionals: true,
});
const isSmoke = values.scale === '1';

// First, while the process is small: what it grows by afterwards says less.
const memory = (isSmoke ? [1000] : MEMORY_SIZES).map(measureMemory);
print(['bench', 'size', 'median', 'fastest', 'per second', 'x OVS', 'checksum']);
for (const bench of benches.filter(isChosen)) {
  for (const size of isSmoke ? [SMOKE_SIZE] : bench.sizes) {
    print(row(bench, measure(bench, size, isSmoke ? SMOKE : FULL)));
  }
}

console.log('\nbytes a flow, ukey actor included');
print(['', 'flows', 'heap', 'resident', '', 'x OVS']);
for (const figure of memory) {
  if (figure === undefined) continue;
  const { size, heapBytes, residentBytes } = figure;
  const ratio = (OVS_BYTES / residentBytes).toFixed(1);
  print(['', String(size), heapBytes.toFixed(0), residentBytes.toFixed(0), '', ratio]);
}

function isChosen({ name }: Bench): boolean {
  return positionals.length === 0 || positionals.some((word) => name.includes(word));
}

function row(bench: Bench, { size, minimumUs, medianUs, checksum }: Figure): string[] {
  const ratio = bench.ovsUs === undefined ? '' : (bench.ovsUs / medianUs).toFixed(1);
  return [
    bench.name,
    size.toLocaleString('en'),
    `${medianUs.toFixed(3)} us/${bench.operation}`,
    `${minimumUs.toFixed(3)} us`,
    Math.round(1e6 / medianUs).toLocaleString('en'),
    ratio,
    String(checksum),
  ];
}

function print(cells: readonly string[]): void {
  const widths = [28, 8, 20, 14, 14, 7, 12];
  console.log(cells.map((cell, i) => pad(cell, i, widths[i] ?? 0)).join(' '));
}

/** Names to the left, figures to the right. */
function pad(cell: string, column: number, width: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
