/**
 * The view Flows: all megaflows in a table, beside it the rules that cause most of them or, of the
 * flow that is chosen, its life.
 *
 * The server filters and sorts; the page asks for the rows in sight and some more.
 */

import { useCallback, useRef, useState } from 'preact/hooks';
import type { FlowRow, FlowSort, FlowsView as FlowsDocument } from '../../view-data.js';
import { useView } from '../connection.js';
import { FilterBox } from '../filter-box.js';
import { askable, hasWord, withWord } from '../filter-words.js';
import { flowFilter, flowOrder, orderAfter } from '../flows-query.js';
import { formatCount, formatDuration, formatPlural, formatShort } from '../format.js';
import { shortKey } from '../key-text.js';
import { go } from '../route.js';
import { type GridColumn, RowGrid } from '../row-grid.js';
import { type RowWindow, type VisibleRows, WINDOW_ROWS, windowFor } from '../row-window.js';
import { markOf } from '../state-mark.js';
import { chosenNumber, useEscape } from './chosen.js';
import { FlowLife } from './flow-life.js';
import { RuleList } from './rule-list.js';
import './flows-view.css';

const HINT = 'words, rule:N, state:x, gone';
/** While the reader scrolls fast, other rows are asked for so often at most. */
const WINDOW_MS = 80;
const TOP = { offset: 0, limit: WINDOW_ROWS };

type Column = GridColumn<FlowRow> & { readonly id: FlowSort };

const COLUMNS: readonly Column[] = [
  {
    id: 'state',
    title: 'Ukey',
    hint: 'State of the ukey, the slow path’s shadow of the flow; why a flow went',
    width: '116px',
    cell: ({ state, reason }) => (
      <>
        <span class="state-mark" aria-hidden="true">
          {markOf(state)}
        </span>
        {reason ?? state}
      </>
    ),
    tip: ({ state, reason }) => (reason === undefined ? state : `${state}: ${reason}`),
  },
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(150px, 5fr)',
    cell: ({ key }) => <span class="mono">{shortKey(key)}</span>,
    tip: ({ key }) => key,
  },
  {
    id: 'actions',
    title: 'Actions',
    width: 'minmax(80px, 1fr)',
    cell: ({ actions }) => <span class="mono">{actions}</span>,
    tip: ({ actions }) => actions,
  },
  {
    id: 'packets',
    title: 'Packets',
    width: '90px',
    isNumber: true,
    cell: ({ packets }) => formatCount(packets),
  },
  {
    id: 'bytes',
    title: 'Bytes',
    width: '70px',
    isNumber: true,
    cell: ({ bytes }) => formatShort(bytes),
    tip: ({ bytes }) => formatPlural(bytes, 'byte'),
  },
  {
    id: 'idle',
    title: 'Idle',
    hint: 'Time since its last packet',
    width: '70px',
    isNumber: true,
    cell: ({ idleMs }) => (idleMs === undefined ? 'never' : formatDuration(idleMs)),
  },
  {
    id: 'mask',
    title: 'Mask',
    hint: 'Bits of the mask that are set: the more, the fewer packets it matches',
    width: '66px',
    isNumber: true,
    cell: ({ maskBits }) => maskBits,
  },
  {
    id: 'age',
    title: 'Age',
    width: '88px',
    isNumber: true,
    cell: ({ ageMs }) => formatDuration(ageMs),
  },
];

const SORTABLE = COLUMNS.map((column) => ({ ...column, isSortable: true }));

export function FlowsView() {
  const [rows, onSee] = useRowWindow();
  const filter = flowFilter.value;
  const { by, isDescending } = flowOrder.value;
  const words = askable(filter);
  const document = useView('flows', { filter: words, sort: by, isDescending, ...rows });
  const chosen = chosenNumber('flows');
  useEscape(chosen !== undefined, 'flows');
  const sortBy = (column: string): void => {
    const sort = COLUMNS.find(({ id }) => id === column)?.id;
    if (sort !== undefined) flowOrder.value = orderAfter(flowOrder.value, sort);
  };
  return (
    <div class="flows-view">
      <FlowsBar document={document} />
      <RowGrid
        label="Megaflows"
        columns={SORTABLE}
        page={document}
        idOf={(row) => row.flow}
        selected={chosen}
        onSelect={(flow) => go('flows', String(flow))}
        empty={filter === '' ? 'The datapath has no flow now.' : 'No flow passes the filter.'}
        onSee={onSee}
        sort={flowOrder.value}
        onSort={sortBy}
        topWhen={`${filter}|${by}|${isDescending}`}
      />
      <aside class="panel" aria-label={chosen === undefined ? 'Rules' : 'The chosen flow'}>
        {chosen === undefined ? <Rules document={document} /> : <FlowLife flow={chosen} />}
      </aside>
    </div>
  );
}

/** The window of rows to ask for, and what is to be told which rows are seen. */
function useRowWindow(): [RowWindow, (seen: VisibleRows) => void] {
  const [rows, setRows] = useState<RowWindow>(TOP);
  const seen = useRef<VisibleRows | undefined>(undefined);
  const onSee = useCallback((now: VisibleRows): void => {
    const isWaiting = seen.current !== undefined;
    seen.current = now;
    if (isWaiting) return;
    setTimeout(() => {
      const last = seen.current ?? now;
      seen.current = undefined;
      setRows((current) => windowFor(last, current));
    }, WINDOW_MS);
  }, []);
  return [rows, onSee];
}

function FlowsBar({ document }: { readonly document: FlowsDocument | undefined }) {
  const filter = flowFilter.value;
  const isGone = hasWord(filter, 'gone');
  const setFilter = (next: string): void => {
    flowFilter.value = next;
  };
  return (
    <div class="view-bar">
      <FilterBox label="Filter" hint={HINT} value={filter} onChange={setFilter} />
      <button
        type="button"
        aria-pressed={isGone}
        title="Also those that the datapath has no more"
        onClick={() => setFilter(withWord(filter, 'gone', !isGone))}
      >
        {isGone ? '☑' : '☐'} Gone flows, too
      </button>
      <p class="view-count" aria-live="off">
        {document === undefined ? 'Waiting for the flows …' : <Counts document={document} />}
      </p>
    </div>
  );
}

function Counts({ document }: { readonly document: FlowsDocument }) {
  const { total, flows, omitted } = document;
  return (
    <>
      <strong>{formatCount(total)}</strong> shown, <strong>{formatCount(flows)}</strong> in the
      datapath
      {omitted > 0 && (
        <span class="omitted"> ⚠ {formatPlural(omitted, 'flow')} not yet looked through</span>
      )}
    </>
  );
}

function Rules({ document }: { readonly document: FlowsDocument | undefined }) {
  return (
    <>
      <h2>Rules by megaflows</h2>
      <p class="quiet">
        The first rule causes the most megaflows. A click shows its flows; a click on a flow shows
        its life.
      </p>
      <RuleList rules={document?.rules ?? []} empty="No rule has a megaflow." />
    </>
  );
}
