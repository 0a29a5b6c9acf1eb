/**
 * `upcall megaflow-diff CAPTURE... --before FILE --after FILE`: what a change of rules does to the
 * megaflows that the same packets make.
 *
 * Megaflows are told apart by what they match. For pipelines there are an exit status
 * (`--exit-code`, `--max-growth`) and a document (`--json`).
 */

import type { Arguments } from './arguments.js';
import { CAPTURE_OPTIONS, readPortsMax, readRunOptions, readShown } from './capture-options.js';
import { loadTraffic, portCountOf, runCaptures } from './capture-run.js';
import { type Command, EXIT_FAILURE, EXIT_OK } from './command.js';
import { plainLines } from './dumped-text.js';
import { readFlowFile } from './flow-file.js';
import type { Io } from './io.js';
import { createLogger } from './logger.js';
import { diffMegaflows, isSame, type MegaflowDiff } from './megaflow-comparison.js';
import { formatMegaflowDiff } from './megaflow-diff-report.js';
import { UsageError } from './usage-error.js';

/** Percent: a thousand times as many. */
const GROWTH_MAX = 100_000;
const PERCENT = 100;

export const megaflowDiffCommand: Command = {
  name: 'megaflow-diff',
  summary: 'Compare the megaflows that captures make before and after a change of rules.',
  synopsis: 'CAPTURE... --before FILE --after FILE [OPTION...]',
  options: [
    { name: 'before', value: 'FILE', help: 'rules: of ovs-ofctl dump-flows, or for add-flows' },
    { name: 'after', value: 'FILE', help: 'the same, changed' },
    ...CAPTURE_OPTIONS,
    { name: 'exit-code', help: 'exit with 1 where anything differs' },
    {
      name: 'max-growth',
      value: 'PERCENT',
      help: 'exit with 1 where there are so many more megaflows (default: no limit)',
    },
  ],
  run: compare,
};

async function compare(args: Arguments, io: Io): Promise<number> {
  const before = args.text('before');
  const after = args.text('after');
  if (args.positionals.length === 0 || before === undefined || after === undefined) {
    throw new UsageError('Cannot compare: a capture, --before FILE and --after FILE are needed');
  }
  const growthMax = args.amount('max-growth', { min: 0, max: GROWTH_MAX });
  const traffic = loadTraffic(args.positionals, readPortsMax(args));
  const [old, young] = [rulesOf(before), rulesOf(after)];
  const portCount = Math.max(old.portCount, young.portCount);
  const shared = { traffic, ...readRunOptions(args), log: createLogger(args, io, () => 0) };
  const diff = diffMegaflows(
    await runCaptures({ ...shared, ...old, portCount }),
    await runCaptures({ ...shared, ...young, portCount }),
  );
  if (args.has('json')) {
    const document = {
      captures: args.positionals,
      packets: traffic.packets.data.length,
      rules: { before, after },
      ...diff,
    };
    io.stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
  } else io.stdout.write(formatMegaflowDiff(diff, readShown(args)));
  return judge(diff, { growthMax, isStrict: args.has('exit-code') }, io);
}

function rulesOf(path: string) {
  const flows = plainLines(readFlowFile(path));
  return { flows, flowsSource: path, portCount: portCountOf(path, flows) };
}

interface Limits {
  /** Percent; undefined: any. */
  readonly growthMax: number | undefined;
  /** Any difference is too much. */
  readonly isStrict: boolean;
}

function judge(diff: MegaflowDiff, { growthMax, isStrict }: Limits, io: Io): number {
  const { before, after } = diff.totals;
  if (growthMax !== undefined && after.megaflows > before.megaflows * (1 + growthMax / PERCENT)) {
    const counts = `from ${before.megaflows} to ${after.megaflows}`;
    io.stderr.write(`upcall: megaflows grew ${counts}, more than --max-growth ${growthMax} %\n`);
    return EXIT_FAILURE;
  }
  return isStrict && !isSame(diff) ? EXIT_FAILURE : EXIT_OK;
}
