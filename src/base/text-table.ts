/**
 * Columns of text: numbers to the right, words to the left.
 */

export type Cell = string | number;

/** The table's lines; the first row is the heading. The last column is not padded. */
export function textTable(rows: readonly (readonly Cell[])[]): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row
      .map((cell, i) => pad(cell, widths, i, rows))
      .join('  ')
      .trimEnd(),
  );
}

function columnWidths(rows: readonly (readonly Cell[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
    }
  }
  return widths;
}

/** A column is numeric when its first row below the heading is. */
function pad(
  cell: Cell,
  widths: readonly number[],
  column: number,
  rows: readonly (readonly Cell[])[],
): string {
  const width = widths[column] ?? 0;
  if (typeof rows[1]?.[column] === 'number') return String(cell).padStart(width);
  return column === widths.length - 1 ? String(cell) : String(cell).padEnd(width);
}
