/**
 * A rule set as its users write it, and a script of packets for it: files of
 * `test/fixtures/rule-sets/`, whose README says what is in them.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseMirrorRequest } from '../../src/cli/mirror-request.js';
import { parsePortRequest } from '../../src/cli/port-request.js';
import type { MirrorColumns } from '../../src/switch-mirror.js';
import { packet } from '../../src/switch-packet.js';
import type { PortColumns } from '../../src/switch-port-settings.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';

/** From the root of the repository, where npm runs tests and commands, compiled ones too. */
const FOLDER = 'test/fixtures/rule-sets';

/** A command of `ovs-ofctl` that changes what the switch is told. */
export type ChangeCommand = (typeof CHANGES)[number];

/** One line of a script. */
export type Step = { readonly line: string } & (
  | { readonly kind: 'packet'; readonly frame: IncomingFrame }
  | { readonly kind: 'link'; readonly port: string; readonly state: 'up' | 'down' }
  | { readonly kind: 'change'; readonly command: ChangeCommand; readonly text: string }
  | { readonly kind: 'warp'; readonly ms: number }
  | { readonly kind: 'flows' }
);

export interface RuleSet {
  readonly name: string;
  /** In which the real switch is told the rules: versions have words of their own. */
  readonly version: string;
  readonly portCount: number;
  /** Those with VLANs, by name. */
  readonly ports: ReadonlyMap<string, PortColumns>;
  readonly mirrors: readonly MirrorColumns[];
  /** Files; undefined: the set has none. */
  readonly groups: string | undefined;
  readonly meters: string | undefined;
  readonly flows: string;
  readonly steps: readonly Step[];
}

const CHANGES = ['add-flow', 'mod-flows', 'del-flows', 'mod-group'] as const;
const VERSION_DEFAULT = 'OpenFlow10';
const PORTS_DEFAULT = 4;
/** Bytes behind the headers, so that each packet is as long as any other of its kind. */
const PAYLOAD_SIZE = 10;

/** The names of all sets, sorted. */
export function listRuleSets(): string[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.script'))
    .map((file) => file.replace('.script', ''))
    .sort();
}

export function readRuleSet(name: string): RuleSet {
  const lines = (readText(name, 'script') ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const settings = lines.filter(isSetting).map(splitWord);
  const valuesOf = (word: string): string[] =>
    settings.filter(([name]) => name === word).map(([, value]) => value);
  const ports = valuesOf('port').map((text) => parsePortRequest(`dummy:${text}`));
  return {
    name,
    version: valuesOf('version')[0] ?? VERSION_DEFAULT,
    portCount: Number(valuesOf('ports')[0] ?? PORTS_DEFAULT),
    ports: new Map(ports.map(({ name, columns }) => [name, columns])),
    mirrors: valuesOf('mirror').map(parseMirrorRequest),
    groups: readText(name, 'groups'),
    meters: readText(name, 'meters'),
    flows: readText(name, 'flows') ?? '',
    steps: lines.filter((line) => !isSetting(line)).map(parseStep),
  };
}

/** Where a file of a set is: `flows`, `groups`, `meters`, `script`, `recorded`. */
export function pathOf(name: string, kind: string): string {
  return join(FOLDER, `${name}.${kind}`);
}

/** The text of a file of a set; undefined: there is none. */
export function readText(name: string, kind: string): string | undefined {
  const path = pathOf(name, kind);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** The lines of a file that say something. */
export function ruleLines(text: string): string[] {
  return text.split('\n').filter((line) => /^\s*[^#\s]/.test(line));
}

function isSetting(line: string): boolean {
  return /^(?:version|ports|port|mirror) /.test(line);
}

function splitWord(line: string): [string, string] {
  const end = line.indexOf(' ');
  return end < 0 ? [line, ''] : [line.slice(0, end), line.slice(end + 1).trim()];
}

function parseStep(line: string): Step {
  const [word, rest] = splitWord(line);
  if (word === 'packet') return { line, kind: 'packet', frame: parseFrame(rest) };
  if (word === 'up' || word === 'down') return { line, kind: 'link', port: rest, state: word };
  if (word === 'warp') return { line, kind: 'warp', ms: Number(rest) };
  if (word === 'flows') return { line, kind: 'flows' };
  const command = CHANGES.find((each) => each === word);
  if (command === undefined) throw new Error(`Cannot play "${line}": it begins with no command`);
  return { line, kind: 'change', command, text: rest };
}

/** A packet in words, or its port and its bytes. */
function parseFrame(text: string): IncomingFrame {
  const [words, hex] = splitWord(text);
  const port = Number(/in_port=(\d+)/.exec(words)?.[1]);
  if (!(port > 0)) throw new Error(`Cannot let in "${text}": it has no in_port`);
  if (hex !== '') return { port, data: Buffer.from(hex, 'hex') };
  return { port, data: packet(words, { payloadSize: PAYLOAD_SIZE }) };
}
