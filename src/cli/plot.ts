/**
 * A small plot of one value over time, in plain ASCII: columns of `#` over a time axis.
 */

export interface PlotOptions {
  readonly title: string;
  /** Columns of the plot; more samples than these are merged, the highest of each column wins. */
  readonly width: number;
  /** Rows of the plot. */
  readonly height: number;
  /** What stands at the two ends of the time axis. */
  readonly from: string;
  readonly to: string;
}

/** The plot's lines, without a line end. */
export function plot(samples: readonly number[], options: PlotOptions): readonly string[] {
  const columns = resample(samples, options.width);
  const top = Math.max(1, ...columns);
  const labelWidth = Math.max(String(top).length, 1);
  const rows: string[] = [options.title];
  for (let row = options.height; row > 0; row--) {
    const label = row === options.height ? String(top) : '';
    const bars = columns.map((value) => (isFilled(value, top, row, options.height) ? '#' : ' '));
    rows.push(`${label.padStart(labelWidth)} |${bars.join('').trimEnd()}`);
  }
  const padding = Math.max(1, columns.length - options.from.length - options.to.length);
  rows.push(`${'0'.padStart(labelWidth)} +${'-'.repeat(columns.length)}`);
  rows.push(`${' '.repeat(labelWidth + 2)}${options.from}${' '.repeat(padding)}${options.to}`);
  return rows;
}

/** Any value above zero shows at least in the lowest row. */
function isFilled(value: number, top: number, row: number, height: number): boolean {
  return row === 1 ? value > 0 : value * height >= top * (row - 0.5);
}

/** `width` columns from any number of samples (none: one column of zero). */
function resample(samples: readonly number[], width: number): readonly number[] {
  if (samples.length <= width) return samples.length === 0 ? [0] : samples;
  const columns = new Array<number>(width).fill(0);
  for (const [i, sample] of samples.entries()) {
    const column = Math.floor((i * width) / samples.length);
    columns[column] = Math.max(columns[column] ?? 0, sample);
  }
  return columns;
}
