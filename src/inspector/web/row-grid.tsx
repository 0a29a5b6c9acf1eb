/**
 * A table of any length of which only the rows in sight are in the document.
 *
 * Rows are drawn by place, not by identity: when the order changes or a live tail moves on, text in
 * the same elements changes and nothing is made anew. Hence the keyboard's cursor is not the focus
 * of a row but the grid's `aria-activedescendant`. Columns have fixed widths: nothing moves while
 * numbers do.
 */

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  followRow,
  moveCursor,
  type RowCursor,
  type RowPage,
  rowAt,
  stepOfKey,
  type VisibleRows,
} from './row-window.js';
import './row-grid.css';

/** Height of a row, as `row-grid.css` has it. */
const ROW_PX = 26;
/** Rows drawn beyond what is seen, on both sides. */
const OVERSCAN = 8;

export interface GridColumn<Row> {
  readonly id: string;
  readonly title: string;
  /** What the title stands for, where it is short. */
  readonly hint?: string;
  /** A track of a CSS grid: "80px", "minmax(0, 3fr)". */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
  /** The whole text of a cell that may be cut off. */
  readonly tip?: (row: Row) => string;
  readonly isSortable?: boolean;
}

export interface GridSort {
  readonly by: string;
  readonly isDescending: boolean;
}

export interface RowGridProps<Row> {
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly page: RowPage<Row> | undefined;
  readonly idOf: (row: Row) => number;
  readonly selected: number | undefined;
  readonly onSelect: (id: number) => void;
  /** What is said where there are no rows. */
  readonly empty: string;
  readonly onSee?: (rows: VisibleRows) => void;
  /** After scrolling: whether the first row is in sight. */
  readonly onScroll?: (isAtTop: boolean) => void;
  readonly sort?: GridSort;
  readonly onSort?: (by: string) => void;
  /** Back to the top when this changes. */
  readonly topWhen?: string;
}

export function RowGrid<Row>(props: RowGridProps<Row>): JSX.Element {
  const { columns, page, idOf } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<RowCursor | undefined>(undefined);
  const virtualizer = useVirtualizer(scroller, page?.total ?? 0);
  const items = virtualizer.getVirtualItems();
  useReport(items[0]?.index, items.at(-1)?.index, props.onSee);
  useEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [props.topWhen]);
  const followed = cursor && page ? followRow(cursor, page, idOf) : undefined;

  const move = (step: number): void => {
    if (page === undefined || page.total === 0) return;
    const next = moveCursor(followed, step, page, idOf);
    setCursor(next);
    virtualizer.scrollToIndex(next.index);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && followed?.id !== undefined) return props.onSelect(followed.id);
    const step = stepOfKey(event.key, pageRows(scroller.current), page?.total ?? 0);
    if (step === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    move(step);
  };
  const choose = (index: number, id: number): void => {
    setCursor({ index, id });
    props.onSelect(id);
  };

  const tracks = columns.map(({ width }) => width).join(' ');
  return (
    <div
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={(page?.total ?? 0) + 1}
      aria-activedescendant={
        followed === undefined ? undefined : rowId(props.label, followed.index)
      }
      tabIndex={0}
      ref={scroller}
      onKeyDown={onKeyDown}
      onScroll={(event) => props.onScroll?.(event.currentTarget.scrollTop < ROW_PX / 2)}
      style={{ '--tracks': tracks }}
    >
      <GridHead {...props} />
      {page?.total === 0 && <p class="grid-empty">{props.empty}</p>}
      <div class="grid-rows" role="rowgroup" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {items.map(({ index, start }) => (
          <GridRow
            key={index}
            id={rowId(props.label, index)}
            index={index}
            start={start}
            row={rowAt(page, index)}
            columns={columns}
            idOf={idOf}
            selected={props.selected}
            isCursor={followed?.index === index}
            choose={choose}
          />
        ))}
      </div>
    </div>
  );
}

function GridHead<Row>({ columns, sort, onSort }: RowGridProps<Row>): JSX.Element {
  return (
    <div class="grid-head grid-row" role="row" aria-rowindex={1}>
      {columns.map((column) => {
        const isSorted = sort?.by === column.id;
        const order = sort?.isDescending ? 'descending' : 'ascending';
        return (
          <div
            key={column.id}
            role="columnheader"
            class={column.isNumber ? 'number' : undefined}
            aria-sort={column.isSortable ? (isSorted ? order : 'none') : undefined}
            title={column.hint}
          >
            {column.isSortable ? (
              <button type="button" onClick={() => onSort?.(column.id)}>
                {column.title}
                <span class="grid-arrow" aria-hidden="true">
                  {isSorted ? (sort?.isDescending ? '▼' : '▲') : ''}
                </span>
              </button>
            ) : (
              column.title
            )}
          </div>
        );
      })}
    </div>
  );
}

interface GridRowProps<Row> {
  readonly id: string;
  readonly index: number;
  readonly start: number;
  /** Undefined: it has not come yet. */
  readonly row: Row | undefined;
  readonly columns: readonly GridColumn<Row>[];
  readonly idOf: (row: Row) => number;
  readonly selected: number | undefined;
  readonly isCursor: boolean;
  readonly choose: (index: number, id: number) => void;
}

function GridRow<Row>(props: GridRowProps<Row>): JSX.Element {
  const { row, index, columns } = props;
  const id = row === undefined ? undefined : props.idOf(row);
  const isSelected = id !== undefined && id === props.selected;
  return (
    // biome cannot know that the grid around it takes the keys.
    <div
      class={`grid-row${index % 2 === 1 ? ' odd' : ''}${props.isCursor ? ' cursor' : ''}`}
      role="row"
      id={props.id}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      style={{ transform: `translateY(${props.start}px)` }}
      onClick={() => id !== undefined && props.choose(index, id)}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          class={column.isNumber ? 'number' : undefined}
          title={row === undefined ? undefined : column.tip?.(row)}
        >
          {row === undefined ? '·' : column.cell(row)}
        </div>
      ))}
    </div>
  );
}

type RowVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** One virtualizer for the life of the grid; the grid is drawn anew when other rows come in sight. */
function useVirtualizer(scroller: RefObject<HTMLDivElement | null>, count: number): RowVirtualizer {
  const [, setDrawn] = useState(0);
  const held = useRef<RowVirtualizer | undefined>(undefined);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    scrollPaddingStart: ROW_PX,
    onChange: () => setDrawn((drawn) => drawn + 1),
  };
  held.current ??= new Virtualizer<HTMLDivElement, HTMLDivElement>(options);
  const virtualizer = held.current;
  virtualizer.setOptions({ ...virtualizer.options, ...options });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}

function useReport(
  first: number | undefined,
  last: number | undefined,
  onSee: ((rows: VisibleRows) => void) | undefined,
): void {
  useEffect(() => {
    if (first !== undefined && last !== undefined) onSee?.({ first, last });
  }, [first, last, onSee]);
}

function pageRows(element: HTMLElement | null): number {
  return Math.max(1, Math.floor((element?.clientHeight ?? 0) / ROW_PX) - 2);
}

function rowId(label: string, index: number): string {
  return `${label.replaceAll(' ', '-')}-${index}`;
}
