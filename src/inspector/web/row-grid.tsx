/**
 * A table of any length of which only the rows in sight are in the document.
 *
 * Elements of rows are used again: whether the order changes, a live tail moves on or the reader
 * scrolls, text in the same elements changes and nothing is made anew. Hence the keyboard's cursor
 * is not the focus of a row but the grid's `aria-activedescendant`. Columns have fixed widths:
 * nothing moves while numbers do.
 */

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type Range,
  Virtualizer,
} from '@tanstack/virtual-core';
import { Component, type ComponentChildren, type RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import {
  blocksAround,
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
  readonly sort?: GridSort | undefined;
  readonly onSort?: ((by: string) => void) | undefined;
  /** Back to the top when this changes. */
  readonly topWhen?: string;
}

export function RowGrid<Row>(props: RowGridProps<Row>) {
  const { columns, page } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer(scroller, page?.total ?? 0);
  const items = virtualizer.getVirtualItems();
  useReport(items[0]?.index, items.at(-1)?.index, props.onSee);
  useEffect(() => {
    if (scroller.current !== null) scroller.current.scrollTop = 0;
  }, [props.topWhen]);
  const { place, onKeyDown, onClick } = useRowCursor(props, scroller, virtualizer);
  return (
    <div
      class="grid"
      ref={scroller}
      onScroll={(event) => props.onScroll?.(event.currentTarget.scrollTop < ROW_PX / 2)}
      style={{ '--tracks': columns.map(({ width }) => width).join(' ') }}
    >
      <table
        role="grid"
        aria-label={props.label}
        aria-rowcount={(page?.total ?? 0) + 1}
        aria-activedescendant={place === undefined ? undefined : rowId(props.label, place)}
        tabIndex={0}
        style={{ height: `${virtualizer.getTotalSize() + ROW_PX}px` }}
        onKeyDown={onKeyDown}
        onClick={onClick}
      >
        <GridHead {...props} />
        <tbody style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
          {items.map(({ index }) => {
            const row = rowAt(page, index);
            return (
              <GridRow
                key={index % items.length}
                id={rowId(props.label, index)}
                index={index}
                row={row}
                columns={columns}
                isSelected={row !== undefined && props.idOf(row) === props.selected}
                isCursor={place === index}
              />
            );
          })}
        </tbody>
      </table>
      {page?.total === 0 && <p class="grid-empty">{props.empty}</p>}
    </div>
  );
}

/** Where the cursor stands, and what moves it. */
interface CursorControl {
  readonly place: number | undefined;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onClick: (event: MouseEvent) => void;
}

function useRowCursor<Row>(
  { page, idOf, onSelect }: RowGridProps<Row>,
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: RowVirtualizer,
): CursorControl {
  const [cursor, setCursor] = useState<RowCursor | undefined>(undefined);
  const followed = cursor && page ? followRow(cursor, page, idOf) : undefined;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget) return;
    if (event.key === 'Enter' && followed?.id !== undefined) onSelect(followed.id);
    const step = stepOfKey(event.key, pageRows(scroller.current), page?.total ?? 0);
    if (step === undefined || page === undefined || page.total === 0) return;
    event.preventDefault();
    const next = moveCursor(followed, step, page, idOf);
    setCursor(next);
    virtualizer.scrollToIndex(next.index);
  };
  const onClick = ({ target }: MouseEvent): void => {
    const index = indexOf(target);
    const row = index === undefined ? undefined : rowAt(page, index);
    if (index === undefined || row === undefined) return;
    setCursor({ index, id: idOf(row) });
    onSelect(idOf(row));
  };
  return { place: followed?.index, onKeyDown, onClick };
}

function GridHead<Row>({ columns, sort, onSort }: RowGridProps<Row>) {
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} sort={sort} onSort={onSort} />
        ))}
      </tr>
    </thead>
  );
}

interface HeadCellProps<Row> extends Pick<RowGridProps<Row>, 'sort' | 'onSort'> {
  readonly column: GridColumn<Row>;
}

function HeadCell<Row>({ column, sort, onSort }: HeadCellProps<Row>) {
  const { id, title, hint, isNumber, isSortable } = column;
  const isSorted = sort?.by === id;
  const order = sort?.isDescending ? 'descending' : 'ascending';
  return (
    <th
      scope="col"
      class={isNumber ? 'number' : undefined}
      aria-sort={isSortable ? (isSorted ? order : 'none') : undefined}
      title={hint}
    >
      {isSortable ? (
        <button type="button" onClick={() => onSort?.(id)}>
          {title}
          <span class="grid-arrow" aria-hidden="true">
            {isSorted ? (sort?.isDescending ? '▼' : '▲') : ''}
          </span>
        </button>
      ) : (
        title
      )}
    </th>
  );
}

interface GridRowProps<Row> extends Pick<RowGridProps<Row>, 'columns'> {
  readonly id: string;
  readonly index: number;
  /** Undefined: it has not come yet. */
  readonly row: Row | undefined;
  readonly isSelected: boolean;
  readonly isCursor: boolean;
}

/** A row: drawn again only when something of it is new, for scrolling moves all others, too. */
class GridRow<Row> extends Component<GridRowProps<Row>> {
  override shouldComponentUpdate(next: GridRowProps<Row>): boolean {
    const { index, row, columns, isSelected, isCursor } = this.props;
    const isSame = index === next.index && row === next.row && columns === next.columns;
    return !isSame || isSelected !== next.isSelected || isCursor !== next.isCursor;
  }

  override render({ id, index, row, columns, isSelected, isCursor }: GridRowProps<Row>) {
    return (
      <tr
        class={`${index % 2 === 1 ? 'odd' : ''}${isCursor ? ' cursor' : ''}`}
        id={id}
        data-index={index}
        aria-rowindex={index + 2}
        aria-selected={isSelected}
      >
        {columns.map((column) => (
          <td
            key={column.id}
            class={column.isNumber ? 'number' : undefined}
            title={row === undefined ? undefined : column.tip?.(row)}
          >
            {row === undefined ? '·' : column.cell(row)}
          </td>
        ))}
      </tr>
    );
  }
}

/** The place of the row that an event came from. */
function indexOf(target: EventTarget | null): number | undefined {
  const row = target instanceof Element ? target.closest<HTMLElement>('tr[data-index]') : null;
  return row === null ? undefined : Number(row.dataset['index']);
}

type RowVirtualizer = Virtualizer<HTMLDivElement, HTMLDivElement>;

/** One virtualizer for the life of the grid, which is drawn anew when other rows come in sight. */
function useVirtualizer(scroller: RefObject<HTMLDivElement | null>, count: number): RowVirtualizer {
  const [, setDrawn] = useState('');
  const held = useRef<RowVirtualizer | undefined>(undefined);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    rangeExtractor: ({ startIndex, endIndex, count: total }: Range) =>
      indexesOf(blocksAround({ first: startIndex, last: endIndex }, total)),
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    scrollPaddingStart: ROW_PX,
    onChange: (changed: RowVirtualizer) => setDrawn(drawnOf(changed)),
  };
  held.current ??= new Virtualizer<HTMLDivElement, HTMLDivElement>(options);
  const virtualizer = held.current;
  virtualizer.setOptions({ ...virtualizer.options, ...options });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}

/** Which rows are drawn: the same text as long as it is the same rows. */
function drawnOf(virtualizer: RowVirtualizer): string {
  const indexes = virtualizer.getVirtualIndexes();
  return `${indexes[0]}-${indexes.at(-1)}`;
}

function indexesOf({ first, last }: VisibleRows): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => first + i);
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
