/**
 * The view Upcalls: a live tail of what the handlers read, the newest first, and the sequence of
 * the one that is chosen.
 */

import { signal } from '@preact/signals';
import { useCallback, useRef } from 'preact/hooks';
import type { UpcallRow, UpcallsView as UpcallsDocument } from '../../view-data.js';
import { useView, welcome } from '../connection.js';
import { FilterBox } from '../filter-box.js';
import {
  formatCount,
  formatMicroseconds,
  formatPlural,
  formatRate,
  formatTime,
} from '../format.js';
import { shortKey } from '../key-text.js';
import { go } from '../route.js';
import { type GridColumn, RowGrid } from '../row-grid.js';
import {
  FOLLOWING,
  newer,
  older,
  scrolled,
  shownRows,
  stopped,
  TAIL_ROWS,
  type Tail,
} from '../upcall-tail.js';
import { chosenNumber, useEscape } from './chosen.js';
import { UpcallSequence } from './upcall-sequence.js';
import './upcalls-view.css';

/** Kept while other views are looked at. */
const filter = signal('');
const kept = signal<{ readonly run: string | undefined; readonly tail: Tail }>({
  run: undefined,
  tail: FOLLOWING,
});

const COLUMNS: readonly GridColumn<UpcallRow>[] = [
  {
    id: 'time',
    title: 'Time',
    hint: 'Switch time since the beginning',
    width: '96px',
    isNumber: true,
    cell: ({ t }) => formatTime(t, welcome.value?.header.startedAt ?? 0),
  },
  {
    id: 'handler',
    title: 'H',
    hint: 'Handler',
    width: '34px',
    isNumber: true,
    cell: ({ handler }) => handler,
  },
  { id: 'class', title: 'Class', width: '74px', cell: (row) => row.class, tip: (row) => row.class },
  { id: 'port', title: 'Port', width: '62px', cell: ({ port }) => port, tip: ({ port }) => port },
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(80px, 1fr)',
    cell: ({ key }) => <span class="mono">{shortKey(key)}</span>,
    tip: ({ key }) => key,
  },
  { id: 'size', title: 'Bytes', width: '60px', isNumber: true, cell: ({ size }) => size },
  {
    id: 'outcome',
    title: 'Outcome',
    width: '96px',
    cell: ({ outcome }) => (
      <>
        <span class="state-mark" aria-hidden="true">
          {OUTCOME_MARKS[outcome] ?? '!'}
        </span>
        {outcome}
      </>
    ),
    tip: ({ outcome, actions }) => `${outcome}: ${actions || 'drop'}`,
  },
  {
    id: 'us',
    title: 'Took',
    hint: 'Time of its translation',
    width: '74px',
    isNumber: true,
    cell: ({ us }) => (us === undefined ? '' : formatMicroseconds(us)),
  },
];

const OUTCOME_MARKS: Readonly<Record<string, string>> = {
  installed: '+',
  executed: '▸',
  dropped: '✕',
};

/** Another run has other upcalls: of it the newest are shown at first. */
function currentTail(): Tail {
  return kept.value.run === currentRun() ? kept.value.tail : FOLLOWING;
}

function keepTail(tail: Tail): void {
  if (tail !== currentTail()) kept.value = { run: currentRun(), tail };
}

function currentRun(): string | undefined {
  return welcome.value?.header.title;
}

export function UpcallsView() {
  const { before } = currentTail();
  const document = useView('upcalls', { filter: filter.value, before, limit: TAIL_ROWS });
  const rows = shownRows(currentTail(), document?.rows ?? []);
  const shown = useRef(rows);
  shown.current = rows;
  const chosen = chosenNumber('upcalls');
  useEscape(chosen !== undefined, 'upcalls');
  const onScroll = useCallback((isAtTop: boolean) => {
    keepTail(scrolled(currentTail(), shown.current, isAtTop));
  }, []);
  return (
    <div class="upcalls-view">
      <UpcallsBar document={document} rows={rows} />
      <RowGrid
        label="Upcalls"
        columns={COLUMNS}
        page={document && { rows, offset: 0, total: rows.length }}
        idOf={({ upcall }) => upcall}
        selected={chosen}
        onSelect={(upcall) => {
          keepTail(stopped(currentTail(), shown.current, 'scrolling'));
          go('upcalls', String(upcall));
        }}
        empty={filter.value === '' ? 'There is no upcall yet.' : 'No upcall passes the filter.'}
        onScroll={onScroll}
        topWhen={`${filter.value}|${currentTail().newer.length}`}
      />
      <aside class="panel" aria-label="The chosen upcall">
        {chosen === undefined ? <Choose /> : <UpcallSequence upcall={chosen} />}
      </aside>
    </div>
  );
}

function Choose() {
  return (
    <>
      <h2>One upcall</h2>
      <p class="quiet">
        Choose an upcall, by a click or with the arrow keys and Enter, to see its way from the port
        through datapath, handler and translator, how the tables answered, and what each step took.
      </p>
    </>
  );
}

interface UpcallsBarProps {
  readonly document: UpcallsDocument | undefined;
  readonly rows: readonly UpcallRow[];
}

function UpcallsBar({ document, rows }: UpcallsBarProps) {
  const isFollowing = currentTail().before === undefined;
  const setFilter = (next: string): void => {
    filter.value = next;
    keepTail(FOLLOWING);
  };
  const toggle = (): void => {
    keepTail(isFollowing ? stopped(currentTail(), rows, 'button') : FOLLOWING);
  };
  const isFirst = currentTail().newer.length === 0;
  return (
    <div class="view-bar">
      <FilterBox label="Filter" hint="words, handler:N" value={filter.value} onChange={setFilter} />
      <button type="button" aria-pressed={isFollowing} class="tail-button" onClick={toggle}>
        {isFollowing ? '● Following' : '‖ Stopped: follow'}
      </button>
      <button
        type="button"
        disabled={isFirst}
        onClick={() => {
          keepTail(newer(currentTail()));
        }}
      >
        ◂ Newer
      </button>
      <button
        type="button"
        disabled={rows.length < TAIL_ROWS}
        onClick={() => {
          keepTail(older(currentTail(), rows));
        }}
      >
        Older ▸
      </button>
      <a class="button" href={pcapHref(filter.value)} download="upcalls.pcap">
        ↓ pcap
      </a>
      <p class="view-count" aria-live="off">
        {document === undefined ? 'Waiting for the upcalls …' : <Counts document={document} />}
      </p>
    </div>
  );
}

function Counts({ document }: { readonly document: UpcallsDocument }) {
  const { total, omitted, perSecond } = document;
  return (
    <>
      <strong>{formatCount(total)}</strong> upcalls, <strong>{formatRate(perSecond)}</strong>
      {omitted > 0 && <span class="omitted"> ⚠ {formatPlural(omitted, 'older one')} not kept</span>}
    </>
  );
}

/** The frames of what is shown; a token in the page's address goes with it. */
function pcapHref(words: string): string {
  const query = new URLSearchParams(location.search);
  query.set('filter', words);
  return `upcalls.pcap?${query}`;
}
