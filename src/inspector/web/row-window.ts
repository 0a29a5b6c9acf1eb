/**
 * Which rows of a long table to ask the server for, and where the cursor stands among them.
 *
 * The server holds 200,000 rows; the page has a window of them, somewhat larger than what is seen,
 * so that scrolling a little asks for nothing. The cursor keeps to its row while the order changes
 * under it: it is a row's id first, and a place only as long as the row is out of sight.
 */

/** Rows of a window, unless a large screen needs more. */
export const WINDOW_ROWS = 120;
/** As many as `FlowsQuery` allows. */
const WINDOW_ROWS_MAX = 200;
/** Windows begin at multiples of this, so that few different ones are asked for. */
const WINDOW_STEP = 20;
/** So many rows beyond what is seen are in a window that is kept. */
const MARGIN = 10;

export interface RowWindow {
  readonly offset: number;
  readonly limit: number;
}

export interface VisibleRows {
  readonly first: number;
  readonly last: number;
}

/** Rows of a document: some, from `offset` on, of `total`. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly offset: number;
  readonly total: number;
}

/** The window for what is seen: `current` as long as it has enough on both sides. */
export function windowFor(seen: VisibleRows, current: RowWindow): RowWindow {
  const end = current.offset + current.limit;
  const isAboveIn = current.offset === 0 || seen.first - MARGIN >= current.offset;
  if (isAboveIn && seen.first >= current.offset && seen.last + MARGIN < end) return current;
  const middle = (seen.first + seen.last) / 2;
  const limit = rowsFor(seen.last - seen.first + 1);
  const offset = Math.floor((middle - limit / 2) / WINDOW_STEP) * WINDOW_STEP;
  return { offset: Math.max(0, offset), limit };
}

function rowsFor(seen: number): number {
  const rows = WINDOW_STEP * (Math.ceil((seen + 2 * MARGIN) / WINDOW_STEP) + 2);
  return Math.min(WINDOW_ROWS_MAX, Math.max(WINDOW_ROWS, rows));
}

/** Rows come into the document and leave it so many at once: most scrolling changes none. */
export const BLOCK_ROWS = 8;
/** Rows in the document beyond what is seen, on both sides, at least. */
const OVERSCAN = 4;

/** The rows to have in the document: whole blocks, as many wherever the reader is. */
export function blocksAround({ first, last }: VisibleRows, total: number): VisibleRows {
  const seen = last - first + 2;
  const size = BLOCK_ROWS * (Math.ceil((seen + 2 * OVERSCAN) / BLOCK_ROWS) + 1);
  const start = Math.max(0, Math.floor((first - OVERSCAN) / BLOCK_ROWS) * BLOCK_ROWS);
  return { first: start, last: Math.min(start + size, total) - 1 };
}

/** The row at a place of the whole table; undefined where it has not come yet. */
export function rowAt<Row>(page: RowPage<Row> | undefined, index: number): Row | undefined {
  return page === undefined || index < page.offset ? undefined : page.rows[index - page.offset];
}

/** Where the cursor is: on the row `id`, which was last seen at `index`. */
export interface RowCursor {
  readonly index: number;
  readonly id: number | undefined;
}

/** The cursor in a newer document: with its row, if that is in sight, else where it was. */
export function followRow<Row>(
  cursor: RowCursor,
  page: RowPage<Row>,
  idOf: (row: Row) => number,
): RowCursor {
  const place = page.rows.findIndex((row) => idOf(row) === cursor.id);
  if (place >= 0) return { index: page.offset + place, id: cursor.id };
  const index = Math.max(0, Math.min(cursor.index, page.total - 1));
  if (cursor.id !== undefined) return { index, id: cursor.id };
  const row = rowAt(page, index);
  return { index, id: row === undefined ? undefined : idOf(row) };
}

/** Rows that a key moves the cursor by; undefined: no key of the table's. */
export function stepOfKey(key: string, pageRows: number, total: number): number | undefined {
  switch (key) {
    case 'ArrowDown':
      return 1;
    case 'ArrowUp':
      return -1;
    case 'PageDown':
      return pageRows;
    case 'PageUp':
      return -pageRows;
    case 'Home':
      return -total;
    case 'End':
      return total;
    default:
      return undefined;
  }
}

/** The cursor moved by some rows; it stays in the table. */
export function moveCursor<Row>(
  cursor: RowCursor | undefined,
  step: number,
  page: RowPage<Row>,
  idOf: (row: Row) => number,
): RowCursor {
  const from = cursor?.index ?? (step > 0 ? -1 : 0);
  const index = Math.max(0, Math.min(from + step, page.total - 1));
  const row = rowAt(page, index);
  return { index, id: row === undefined ? undefined : idOf(row) };
}
