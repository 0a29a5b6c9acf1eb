/**
 * The last cycles, the newest first, with why each of them had to look at every flow again.
 */

import type { CycleRow } from '../../view-data.js';
import { welcome } from '../connection.js';
import { formatCount, formatDuration, formatTime } from '../format.js';

export function CycleTable({ cycles }: { cycles: readonly CycleRow[] }) {
  return (
    <section aria-labelledby="cycle-table">
      <h2 id="cycle-table">Last cycles</h2>
      <table class="cycle-table">
        <thead>
          <tr>
            <th class="number">Cycle</th>
            <th class="number">Began at</th>
            <th class="number">Took</th>
            <th class="number">Flows</th>
            <th class="number">Dumped</th>
            <th class="number">Revalidated</th>
            <th class="number">Deleted</th>
            <th class="number">Limit after</th>
            <th>Why it revalidated</th>
          </tr>
        </thead>
        <tbody>
          {cycles.toReversed().map((row) => (
            <CycleLine key={row.cycle} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function CycleLine({ row }: { row: CycleRow }) {
  const startedAt = welcome.value?.header.startedAt ?? 0;
  return (
    <tr>
      <td class="number">{row.cycle}</td>
      <td class="number">{formatTime(row.startedAt, startedAt)}</td>
      <td class="number">
        {row.durationMs === undefined ? 'running' : formatDuration(row.durationMs)}
      </td>
      <td class="number">{formatCount(row.flows)}</td>
      <td class="number">{countOrDots(row.flowsDumped)}</td>
      <td class="number">{countOrDots(row.flowsRevalidated)}</td>
      <td class="number">{formatCount(row.deleted)}</td>
      <td class="number">{countOrDots(row.flowLimit)}</td>
      <td>{reasonText(row)}</td>
    </tr>
  );
}

export function reasonText({ needsRevalidation, reasons }: CycleRow): string {
  if (!needsRevalidation) return 'it did not: nothing had changed';
  return reasons.length === 0 ? 'something had changed' : reasons.join(', ');
}

function countOrDots(count: number | undefined): string {
  return count === undefined ? '…' : formatCount(count);
}
