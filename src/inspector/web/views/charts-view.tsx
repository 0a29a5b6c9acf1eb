/**
 * The view Charts: what goes on a second, as lines over the switch's time; or the same numbers as a
 * table.
 */

import { signal } from '@preact/signals';
import type { ChartsView as ChartsDocument } from '../../view-data.js';
import { Chart } from '../chart.js';
import { type ChartPlan, chartPlans, tableColumns } from '../chart-plan.js';
import { useView, welcome } from '../connection.js';
import { formatShort } from '../format.js';
import { ViewLoading } from '../view-fence.js';
import './charts-view.css';

/** Times along an axis; a chart is about 400 px wide. */
const POINTS = 300;
/** Rows of the table, the newest first. */
const TABLE_ROWS = 60;

/** Kept while other views are looked at. */
const isTable = signal(false);

export function ChartsView() {
  const document = useView('charts', { points: POINTS });
  if (document === undefined) return <ViewLoading />;
  const startedAt = welcome.value?.header.startedAt ?? 0;
  const seconds = document.t.map((t) => (t - startedAt) / 1000);
  const plans = chartPlans(document);
  return (
    <div class="charts-view">
      <div class="view-bar">
        <p class="quiet">
          Along the bottom: seconds of the switch’s time. The cursor stands at one time in all
          charts.
        </p>
        <button
          type="button"
          aria-pressed={isTable.value}
          onClick={() => {
            isTable.value = !isTable.value;
          }}
        >
          {isTable.value ? '☑' : '☐'} As a table
        </button>
      </div>
      {isTable.value ? (
        <NumberTable plans={plans} document={document} seconds={seconds} />
      ) : (
        <div class="charts">
          {plans.map((plan) => (
            <Chart key={plan.id} plan={plan} document={document} seconds={seconds} />
          ))}
        </div>
      )}
    </div>
  );
}

interface NumberTableProps {
  readonly plans: readonly ChartPlan[];
  readonly document: ChartsDocument;
  readonly seconds: readonly number[];
}

function NumberTable({ plans, document, seconds }: NumberTableProps) {
  const columns = tableColumns(plans).map(({ title, series }) => {
    return { title, values: series.values(document) };
  });
  const places = [...seconds.keys()].slice(-TABLE_ROWS).reverse();
  return (
    <section class="number-table" aria-label="The charts’ numbers">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">
              Time (s)
            </th>
            {columns.map(({ title }) => (
              <th scope="col" class="number" key={title}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {places.map((place, i) => (
            <tr key={i}>
              <th scope="row" class="number">
                {seconds[place]?.toFixed(2)}
              </th>
              {columns.map(({ title, values }) => (
                <td class="number" key={title}>
                  {formatShort(values[place] ?? 0)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
