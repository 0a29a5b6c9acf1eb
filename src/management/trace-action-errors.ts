/**
 * What is wrong with the actions of `ofproto/trace-packet-out`, in Open vSwitch's words.
 *
 * Our parser says what it expected, and where, as people who keep files of flows want it;
 * operators' scripts look for the sentences of `ofpacts_parse_actions()`. Each row turns one into
 * the other; what has no row keeps our words.
 */

import type { ParseError } from '../base/errors.js';
import { readExactValue } from '../ofproto/exact-value.js';
import { findField, findFieldByHeaderName } from '../packet/fields.js';

/** The action that cannot be read, and what of it. */
interface Mistake {
  readonly name: string;
  /** What stands behind the name, without brackets. */
  readonly args: string;
  /** What stands where the parser stopped, to the next comma. */
  readonly word: string;
  /** What the parser expected there. */
  readonly expected: string;
}

/** Of which actions, what was expected, and what Open vSwitch says; undefined: see other rows. */
type Row = readonly [RegExp, RegExp, (mistake: Mistake) => string | undefined];

export function actionError(error: ParseError): string {
  const mistake = mistakeOf(error);
  for (const [names, expected, say] of ROWS) {
    if (!names.test(mistake.name) || !expected.test(mistake.expected)) continue;
    const sentence = say(mistake);
    if (sentence !== undefined) return sentence;
  }
  return mistake.expected;
}

const ANY = /./;
const FIELD_NAME = /the name of a field/;
const ARROW = /^expected "->"/;

const unknownField = ({ word }: Mistake): string => {
  const name = word.replace(/(?:->|\[).*$/, '');
  return `${name}: unknown field \`${name}'`;
};
const unknownKey = ({ args }: Mistake): string => args.replace(/[=,].*$/, '');
const isFieldName = (text: string): boolean => {
  const name = text.replace(/\[.*$/, '');
  return (findField(name) ?? findFieldByHeaderName(name)) !== undefined;
};

const PORT_ROWS: readonly Row[] = [
  [/^resubmit$/, /a port or a table/, () => RESUBMIT_NOWHERE],
  [/^resubmit$/, /"ct" only/, ({ args }) => `${args.split(',')[2] ?? ''}: unknown parameter`],
  [/^resubmit$/, /a table from/, ({ word }) => `${word}: resubmit to unknown table`],
  [/^resubmit$/, /a port from/, ({ word }) => `${word}: resubmit to unknown port`],
  [/^enqueue$/, /a port and a queue/, () => ENQUEUE_SYNTAX],
  [
    /^enqueue$/,
    /a port from/,
    ({ args }) => `${args.split(/[:,]/, 1)[0]}: enqueue to unknown port`,
  ],
  [/^enqueue$/, /a number/, ({ args }) => `invalid numeric format ${args.split(/[:,]/)[1] ?? ''}`],
  [
    /^output$/,
    /max_len of 14/,
    ({ args }) =>
      `max_len ${/max_len=(\d+)/.exec(args)?.[1] ?? 0} is less than the minimum value 14`,
  ],
  [/^output$/, ANY, ({ args }) => `${args}: output to unknown port`],
];

const RESUBMIT_NOWHERE = 'at least one "in_port" or "table" must be specified on resubmit';
const ENQUEUE_SYNTAX = '"enqueue" syntax is "enqueue:PORT:QUEUE" or "enqueue(PORT,QUEUE)"';

const FIELD_ROWS: readonly Row[] = [
  [/^move$/, ARROW, ({ args }) => (isFieldName(args) ? undefined : unknownField(moved(args)))],
  [/^move$/, ARROW, ({ args }) => `${args}: missing \`->' following source`],
  [ANY, ARROW, ({ args }) => `${args}: missing \`->'`],
  [/^set_field$/, FIELD_NAME, ({ args }) => `${targetOf(args)} is not a valid OXM field name`],
  [/^set_field$/, /read-only/, ({ args }) => `${targetOf(args)} is read-only`],
  [/^set_field$/, ANY, ({ args }) => valueProblem(args)],
  [
    /^learn$/,
    FIELD_NAME,
    ({ args, word }) => `${args}: unknown keyword ${word.replace(/=.*/, '')}`,
  ],
  [ANY, FIELD_NAME, unknownField],
  [/^load$/, /^expected a number/, ({ args }) => `${args}: cannot parse integer value`],
  [/^(?:load|move|push|pop)$/, /^expected bits/, ({ args }) => endingBit(targetOf(args))],
  [
    /^move$/,
    /as many as are moved/,
    ({ args, expected }) => {
      const [from = '', to = ''] = expected.match(/\d+/g) ?? [];
      return `${args}: source field is ${from} bits wide but destination is ${to} bits wide`;
    },
  ],
  [/^check_pkt_larger$/, /a single bit/, () => 'Only 1-bit destination field is allowed'],
];

/** The numbers of older actions: those that are too large for their field are told apart. */
function numberRow(name: string, what: string, max: number): Row {
  return [
    new RegExp(`^${name}$`),
    ANY,
    ({ args }) => {
      const isNumber = /^(?:0x[\da-f]+|\d+)$/i.test(args) && Number(args) <= max;
      return isNumber ? `${args}: not a valid ${what}` : `invalid ${what} "${args}"`;
    },
  ];
}

const UINT16_MAX = 0xffff;
const UINT8_MAX = 0xff;

const HEADER_ROWS: readonly Row[] = [
  numberRow('(?:mod|set)_vlan_vid', 'VLAN VID', UINT16_MAX),
  numberRow('(?:mod|set)_vlan_pcp', 'VLAN PCP', UINT8_MAX),
  numberRow('mod_nw_tos', 'TOS', UINT8_MAX),
  numberRow('mod_nw_ecn', 'ECN', UINT8_MAX),
  numberRow('mod_nw_ttl', 'TTL', UINT8_MAX),
  numberRow('set_mpls_ttl', 'MPLS TTL', UINT8_MAX),
  [/^mod_nw_(?:src|dst)$/, ANY, ({ args }) => `${args}: could not convert to IP address`],
  [/^mod_dl_(?:src|dst)$/, ANY, ({ args }) => `invalid mac address ${args}`],
  [/^mod_tp_src$/, ANY, ({ args }) => `invalid source port "${args}"`],
  [/^mod_tp_dst$/, ANY, ({ args }) => `invalid destination port "${args}"`],
  [/^push_vlan$/, /a number/, ({ args }) => `invalid ethertype "${args}"`],
  [/^push_vlan$/, ANY, ({ args }) => `${args}: not a valid VLAN ethertype`],
  [/^(?:push|pop)_mpls$/, /a number/, ({ name, args }) => `invalid ${name} "${args}"`],
];

const OTHER_ROWS: readonly Row[] = [
  [
    /^(?:group|set_queue|meter|write_metadata|set_tunnel|set_tunnel64)$/,
    /a number/,
    ({ args }) => `invalid numeric format ${args}`,
  ],
  [/^goto_table$/, ANY, ({ args }) => `unknown table "${args}"`],
  [/^controller$/, /one of no_match/, ({ args }) => `unknown reason "${valueIn(args, 'reason')}"`],
  [
    /^controller$/,
    ANY,
    (mistake) => {
      const key = unknownKey(mistake);
      return key === 'max_len'
        ? `invalid max_len "${valueIn(mistake.args, 'max_len')}"`
        : `unknown key "${key}" parsing controller action`;
    },
  ],
  [/^learn$/, /0 to 253/, ({ args }) => `unknown table "${valueIn(args, 'table')}"`],
  [/^note$/, ANY, () => "bad hex digit in `note' argument"],
  [ANY, /beside drop/, () => '"drop" must not be accompanied by any other action or instruction'],
  [/^conjunction$/, ANY, () => '"conjunction" syntax is "conjunction(id,i/n)"'],
  [
    /^(?:multipath|bundle)$/,
    ANY,
    ({ name, args }) =>
      args.includes(',') ? undefined : `${args}: not enough arguments to ${name} action`,
  ],
  [
    /^sample$/,
    /or the like/,
    (mistake) => `invalid key "${unknownKey(mistake)}" in "sample" argument`,
  ],
  [
    /^sample$/,
    /a number/,
    (mistake) => `invalid ${unknownKey(mistake)} "${valueIn(mistake.args, unknownKey(mistake))}"`,
  ],
  [/^decap$/, ANY, ({ args }) => `Invalid decap argument: ${args}`],
  [
    /^fin_timeout$/,
    /idle_timeout or/,
    (mistake) => `invalid key '${unknownKey(mistake)}' in 'fin_timeout' argument`,
  ],
];

const ROWS: readonly Row[] = [...PORT_ROWS, ...FIELD_ROWS, ...HEADER_ROWS, ...OTHER_ROWS];

/** Finds the action in which the parser stopped. */
function mistakeOf({ source, column, expected }: ParseError): Mistake {
  const at = column - 1;
  const start = startOfAction(source, at);
  const action = source.slice(start, endOfAction(source, start)).trim();
  const [, name = '', args = ''] = /^(\w*)\s*[:(=]?(.*)$/s.exec(action) ?? [];
  const isBare = /^\d|^[\w-]+$/.test(action) && findsPort(expected);
  const [word = ''] = source.slice(at).split(/[,)]/, 1);
  if (isBare) return { name: 'output', args: action, word, expected };
  const inside = action.startsWith(`${name}(`) ? args.replace(/\)$/, '') : args;
  return { name, args: inside, word: word.trim(), expected };
}

function findsPort(expected: string): boolean {
  return /^expected a port from/.test(expected);
}

/** Behind the last comma that stands outside brackets before `at`. */
function startOfAction(text: string, at: number): number {
  let start = 0;
  let depth = 0;
  for (let i = 0; i < at; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) start = i + 1;
  }
  return start;
}

function endOfAction(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === '(') depth++;
    else if (text[i] === ')') depth--;
    else if (text[i] === ',' && depth === 0) return i;
  }
  return text.length;
}

/** What stands behind the arrow. */
function targetOf(args: string): string {
  return /->\s*(.*)$/.exec(args)?.[1] ?? args;
}

function moved(args: string): Mistake {
  return { name: 'move', args, word: args, expected: '' };
}

function valueIn(args: string, key: string): string {
  return new RegExp(`${key}=([^,]*)`).exec(args)?.[1] ?? '';
}

/** What is wrong with the value of `VALUE->FIELD`. */
function valueProblem(args: string): string | undefined {
  const field = findField(targetOf(args));
  if (field === undefined) return undefined;
  const value = readExactValue(field, args.replace(/->.*$/, ''));
  return typeof value === 'bigint' ? undefined : value.problem;
}

/** Of `FIELD[START..END]`. */
function endingBit(text: string): string | undefined {
  const [, name = '', end] = /^(\w+)\[\d+\.\.(\d+)\]/.exec(text) ?? [];
  const field = findField(name) ?? findFieldByHeaderName(name);
  if (field === undefined || end === undefined) return undefined;
  return `${text}: ending bit ${end} is not valid because field is only ${field.width} bits wide`;
}
