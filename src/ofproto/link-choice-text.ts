/**
 * `multipath`, `bundle` and `bundle_load` as text: arguments by their places.
 *
 * What they choose by is in `link-choice.ts`. Answers to OVS's `lib/multipath.c` and
 * `lib/bundle.c`.
 */

import { type OfpPort, ofpPort } from '../base/brands.js';
import { type PlacedText, parseNumber } from '../packet/key-value-scanner.js';
import { OFPP_NONE, parseOfpPort } from '../packet/ofp-port-text.js';
import {
  BUNDLE_ALGORITHMS,
  type BundleAction,
  HASH_FIELDS,
  MULTIPATH_ALGORITHMS,
  type MultipathAction,
  type PortNumber,
  type PortText,
} from './ofpact.js';
import { formatSubfield, parseSubfield } from './subfield-text.js';

const U16_MAX = 0xffff;
/** Members of a bundle, at most; `BUNDLE_MAX_MEMBERS`. */
export const BUNDLE_MEMBERS_MAX = 2048;
const MEMBERS = /(?:members|slaves)\s*:\s*(.*)$/;

/** Takes arguments one after the other. */
class Arguments {
  readonly #text: PlacedText;
  readonly #parts: readonly PlacedText[];
  #at = 0;

  constructor(text: PlacedText) {
    this.#text = text;
    const parts: PlacedText[] = [];
    for (const { 0: whole, index } of text.text.matchAll(/[^,\s]+/g)) {
      parts.push(text.part(whole, index));
    }
    this.#parts = parts;
  }

  next(what: string): PlacedText {
    const part = this.#parts[this.#at++];
    return part ?? this.#text.fail(`expected ${what}`, this.#text.text.length);
  }

  number(what: string): number {
    const part = this.next(what);
    const value = parseNumber(part.text, 0xffff_ffff) ?? part.fail(`expected ${what}: a number`);
    return value & U16_MAX;
  }

  oneOf<Name extends string>(names: readonly Name[]): Name {
    const part = this.next(`one of ${names.join(', ')}`);
    const found = names.find((name) => name === part.text.toLowerCase());
    return found ?? part.fail(`expected one of ${names.join(', ')}`);
  }

  finish(): void {
    const part = this.#parts[this.#at];
    if (part !== undefined) part.fail('expected nothing more');
  }
}

/** `multipath(eth_src, 50, modulo_n, 12, 0, NXM_NX_REG0[])` */
export function parseMultipath(text: PlacedText): MultipathAction {
  const given = new Arguments(text);
  const fields = given.oneOf(HASH_FIELDS);
  const basis = given.number('the basis of the hash');
  const algorithm = given.oneOf(MULTIPATH_ALGORITHMS);
  const linksCount = given.number('a number of links');
  const argument = given.number('an argument');
  const place = given.next('a field');
  const destination = parseSubfield(place);
  given.finish();
  if (linksCount < 1) text.fail('expected 1 to 65535 links');
  if (destination.width < 16 && linksCount > 1 << destination.width) {
    place.fail(`expected room for ${linksCount} links; ${destination.width} bits are too few`);
  }
  return { type: 'multipath', fields, basis, algorithm, linksCount, argument, destination };
}

/** `bundle(eth_src,0,hrw,ofport,members:4,8)`; loaded: with a field before the members. */
export function parseBundle(
  text: PlacedText,
  isLoad: boolean,
  ports: PortNumber | undefined,
): BundleAction {
  const found = MEMBERS.exec(text.text);
  if (found === null) return text.fail('expected "members:" and ports', text.text.length);
  const given = new Arguments(text.part(text.text.slice(0, found.index), 0));
  const fields = given.oneOf(HASH_FIELDS);
  const basis = given.number('the basis of the hash');
  const algorithm = given.oneOf(BUNDLE_ALGORITHMS);
  const kind = given.next('"ofport"');
  if (kind.text.toLowerCase() !== 'ofport') kind.fail('expected "ofport"');
  const place = isLoad ? given.next('a field') : undefined;
  given.finish();
  const destination = place === undefined ? {} : { destination: parseSubfield(place) };
  const memberText = found[1] ?? '';
  const membersAt = found.index + found[0].length - memberText.length;
  const members = parseMembers(text.part(memberText, membersAt), ports);
  return { type: 'bundle', fields, basis, algorithm, members, ...destination };
}

function parseMembers(text: PlacedText, ports: PortNumber | undefined): OfpPort[] {
  const members: OfpPort[] = [];
  for (const { 0: name, index } of text.text.matchAll(/[^,\s[\]]+/g)) {
    const port = parseOfpPort(name) ?? ports?.(name);
    if (port === undefined) return text.fail(`expected a port; "${name}" is none`, index);
    members.push(ofpPort(port));
  }
  if (members.length > BUNDLE_MEMBERS_MAX) {
    text.fail(`expected at most ${BUNDLE_MEMBERS_MAX} members`);
  }
  return members;
}

export function formatMultipath(action: MultipathAction): string {
  const { fields, basis, algorithm, linksCount, argument, destination } = action;
  const target = formatSubfield(destination);
  return `multipath(${[fields, basis, algorithm, linksCount, argument, target].join()})`;
}

export function formatBundle(action: BundleAction, portText: PortText): string {
  const { fields, basis, algorithm, members, destination } = action;
  const target = destination === undefined ? [] : [formatSubfield(destination)];
  const start = [fields, basis, algorithm, 'ofport', ...target].join();
  const list = members.map((port) => (port === OFPP_NONE ? 'ANY' : portText(port))).join();
  return `bundle${destination === undefined ? '' : '_load'}(${start},members:${list})`;
}
