/**
 * Meters as text, as `ovs-ofctl dump-meters` and `meter-stats` print them, and as `add-meter` reads
 * them: `meter=1,kbps,burst,bands=type=drop,rate=1000,burst_size=2000`.
 *
 * Answers to `ofputil_format_meter_config`, `ofputil_format_meter_stats` and
 * `parse_ofp_meter_mod_str` of OVS's `lib/ofp-meter.c`.
 */

import type { Instant } from '../base/brands.js';
import type { MeterStats } from '../datapath/meter-table.js';
import { PlacedText, type TextSource } from '../packet/key-value-scanner.js';
import { numberOf, U32_MAX } from './action-argument.js';
import {
  METER_ALL,
  METER_CONTROLLER,
  METER_MAX,
  METER_SLOWPATH,
  type MeterBand,
  type MeterSpec,
} from './meter.js';
import type { Meter } from './meter-table.js';

const NAMES: ReadonlyMap<number, string> = new Map([
  [METER_SLOWPATH, 'slowpath'],
  [METER_CONTROLLER, 'controller'],
  [METER_ALL, 'all'],
]);

/** The meter and its bands, a line each. */
export function formatMeter({ id, unit, hasBurst, hasStats, bands }: MeterSpec): string {
  const flags = [unit, hasBurst ? 'burst' : undefined, hasStats ? 'stats' : undefined];
  const words = flags.filter((flag) => flag !== undefined).map((flag) => `${flag} `);
  const lines = bands.map((band) => `${formatBand(band, hasBurst)}\n`);
  return `meter=${formatMeterId(id)} ${words.join('')}bands=\n${lines.join('')}`;
}

/** Its counters at `now`, a line a band; `users` is how many rules use it. */
export function formatMeterStats(
  { spec, created }: Meter,
  stats: MeterStats,
  options: { readonly users: number; readonly now: Instant },
): string {
  const { users, now } = options;
  const bands = stats.bands.map(
    ({ packets, bytes }, i) => `${i}: packet_count:${packets} byte_count:${bytes}\n`,
  );
  return (
    `meter:${formatMeterId(spec.id)} flow_count:${users} packet_in_count:${stats.packets} ` +
    `byte_in_count:${stats.bytes} duration:${(now - created) / 1000}s bands:\n${bands.join('')}`
  );
}

export function formatMeterId(id: number): string {
  return NAMES.get(id) ?? String(id);
}

function formatBand(band: MeterBand, hasBurst: boolean): string {
  let text = `type=${band.type} rate=${band.rate}`;
  if (hasBurst) text += ` burst_size=${band.burst}`;
  if (band.type === 'dscp_remark') text += ` prec_level=${band.precedenceLevel}`;
  return text;
}

export interface MeterSyntaxOptions {
  /** Where the text comes from; the text itself where it is missing. */
  readonly source?: TextSource;
}

const BANDS = /\bbands?\s*=/;
const FLAGS = ['kbps', 'pktps', 'burst', 'stats'] as const;
type Flag = (typeof FLAGS)[number];

/** Reads a meter to add or to modify. Throws a `ParseError` that says where it went wrong. */
export function parseMeter(line: string, options: MeterSyntaxOptions = {}): MeterSpec {
  const text = new PlacedText(line, options.source ?? { source: line, line: 0 });
  const found = BANDS.exec(line);
  if (found === null) return text.fail('expected "bands="', line.trimEnd().length);
  const bandsAt = found.index + found[0].length;
  const { id, flags } = parseHead(text.part(line.slice(0, found.index), 0));
  if (id === undefined) return text.fail('expected "meter=" and a number');
  const unit = flags.has('kbps') ? 'kbps' : flags.has('pktps') ? 'pktps' : undefined;
  if (unit === undefined || (flags.has('kbps') && flags.has('pktps'))) {
    return text.fail('expected one of kbps and pktps');
  }
  const hasBurst = flags.has('burst');
  const bands = parseBands(text.part(line.slice(bandsAt), bandsAt), hasBurst);
  return { id, unit, hasBurst, hasStats: flags.has('stats'), bands };
}

/** Reads meters to add: one a line, blank lines and `#` comments aside. */
export function parseMeterFile(path: string, text: string): MeterSpec[] {
  const meters: MeterSpec[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const code = line.replace(/#.*/, '');
    if (code.trim() === '') continue;
    meters.push(parseMeter(code, { source: { source: path, line: index + 1 } }));
  }
  return meters;
}

/** Reads which meter is meant: `meter=1`; all of them where nothing is said. */
export function parseMeterId(line: string, options: MeterSyntaxOptions = {}): number {
  const text = new PlacedText(line, options.source ?? { source: line, line: 0 });
  const { id, flags } = parseHead(text);
  if (flags.size > 0) text.fail('expected "meter=" and a number only');
  return id ?? METER_ALL;
}

function parseHead(text: PlacedText): { id: number | undefined; flags: ReadonlySet<Flag> } {
  let id: number | undefined;
  const flags = new Set<Flag>();
  for (const { name, value = '', at, valueAt } of text.items()) {
    const flag = FLAGS.find((one) => one === name);
    if (flag !== undefined) flags.add(flag);
    else if (name === 'meter') id = meterIdOf(text.part(value, valueAt));
    else text.fail(`expected "meter=" or one of ${FLAGS.join(', ')}`, at);
  }
  return { id, flags };
}

function meterIdOf(text: PlacedText): number {
  for (const [id, name] of NAMES) if (name === text.text) return id;
  const id = numberOf(text, METER_MAX);
  return id === 0 ? text.fail(`expected a meter from 1 to ${METER_MAX}`) : id;
}

/** What is known of a band while it is read. */
interface BandTerms {
  readonly type: MeterBand['type'];
  readonly at: number;
  rate: number;
  burst: number;
  precedenceLevel: number;
}

function parseBands(text: PlacedText, hasBurst: boolean): MeterBand[] {
  const bands: BandTerms[] = [];
  for (const { name, value = '', at, valueAt } of text.items()) {
    const argument = text.part(value, valueAt);
    const band = bands.at(-1);
    if (name === 'type') {
      bands.push({ type: bandTypeOf(argument), at, rate: 0, burst: 0, precedenceLevel: 0 });
    } else if (band === undefined) text.fail('expected "type=" first in a band', at);
    else if (name === 'rate') band.rate = numberOf(argument, U32_MAX);
    else if (name === 'burst_size') {
      if (!hasBurst) text.fail('expected the flag "burst" beside a burst_size', at);
      band.burst = numberOf(argument, U32_MAX);
    } else if (name === 'prec_level') band.precedenceLevel = numberOf(argument, 0xff);
    else text.fail('expected type, rate, burst_size or prec_level', at);
  }
  if (bands.length === 0) text.fail('expected at least one band: "type=drop,rate="');
  return bands.map((band) => finishBand(text, band));
}

function bandTypeOf(text: PlacedText): MeterBand['type'] {
  if (text.text === 'drop' || text.text === 'dscp_remark') return text.text;
  return text.fail('expected drop or dscp_remark');
}

function finishBand(text: PlacedText, band: BandTerms): MeterBand {
  const { type, at, rate, burst, precedenceLevel } = band;
  if (rate === 0) text.fail('expected a rate of at least 1 in the band', at);
  return type === 'drop' ? { type, rate, burst } : { type, rate, burst, precedenceLevel };
}
