/**
 * The actions that send the packet somewhere, from text: ports, controllers, queues, tables and
 * collectors of samples.
 *
 * Answers to `parse_OUTPUT`, `parse_CONTROLLER`, `parse_RESUBMIT` and their neighbours in OVS's
 * `lib/ofp-actions.c`.
 */

import type { OfpPort } from '../base/brands.js';
import type { PlacedText } from '../packet/key-value-scanner.js';
import {
  type Argument,
  bytesOf,
  findPort,
  none,
  numberOf,
  portOf,
  tableOf,
  U16_MAX,
  U32_MAX,
} from './action-argument.js';
import {
  CONTROLLER_MAX_LENGTH,
  OFPP_ALL,
  OFPP_CONTROLLER,
  OFPP_FLOOD,
  OFPP_IN_PORT,
  OFPP_MAX,
  OFPP_NONE,
  OFPP_NORMAL,
  OFPP_TABLE,
  OFPP_UNSET,
  type Ofpact,
  PACKET_IN_REASONS,
  TABLE_CURRENT,
} from './ofpact.js';
import { findSubfieldField, parseSubfield } from './subfield-text.js';

const REASONS: readonly string[] = PACKET_IN_REASONS;
const REASON_ACTION = REASONS.indexOf('action');
/** Bytes that a packet is cut to at least: its Ethernet header. */
const TRUNCATED_SIZE_MIN = 14;
const NOT_TRUNCATED: readonly number[] = [
  OFPP_TABLE,
  OFPP_NORMAL,
  OFPP_FLOOD,
  OFPP_ALL,
  OFPP_CONTROLLER,
  OFPP_NONE,
];

/** `output:PORT`, `output:FIELD[bits]` or `output(port=PORT,max_len=BYTES)`. */
export function parseOutput({ argument, ports }: Argument): Ofpact {
  const { text } = argument;
  if (/[=,]/.test(text)) return parseTruncated({ argument, ports });
  // "in_port" is a port before it is a field.
  const isPort = findPort(text, ports) !== undefined;
  if (!isPort && (findSubfieldField(text) !== undefined || text.includes('['))) {
    const source = parseSubfield(argument);
    return { type: 'output_reg', source, maxLength: CONTROLLER_MAX_LENGTH };
  }
  const port = portOf(argument, ports);
  if (port !== OFPP_CONTROLLER) return outputTo(argument, port);
  return { type: 'output', port, maxLength: CONTROLLER_MAX_LENGTH };
}

function parseTruncated({ argument, ports }: Argument): Ofpact {
  let port: OfpPort | undefined;
  let maxLength: number | undefined;
  for (const { name, value = '', at, valueAt } of argument.items()) {
    const text = argument.part(value, valueAt);
    if (name === 'port') port = truncatedPort(text, portOf(text, ports));
    else if (name === 'max_len') maxLength = numberOf(text, U32_MAX);
    else argument.fail('expected port or max_len', at);
  }
  if (port === undefined || maxLength === undefined) {
    return argument.fail('expected both port and max_len');
  }
  if (maxLength < TRUNCATED_SIZE_MIN) {
    argument.fail(`expected a max_len of ${TRUNCATED_SIZE_MIN} bytes or more`);
  }
  return { type: 'output_trunc', port, maxLength };
}

function truncatedPort(text: PlacedText, port: OfpPort): OfpPort {
  if (!NOT_TRUNCATED.includes(port)) return port;
  return text.fail('expected a port of its own, LOCAL or IN_PORT: no other takes cut packets');
}

/** An output to `port`, which stands at `place`; only the controller's takes a length. */
export function outputTo(place: PlacedText, port: OfpPort, argument?: PlacedText): Ofpact {
  if (port === OFPP_CONTROLLER) {
    const length = argument?.text ?? '';
    const maxLength =
      argument === undefined || length === '' ? CONTROLLER_MAX_LENGTH : numberOf(argument, U16_MAX);
    return { type: 'output', port, maxLength };
  }
  if (port === OFPP_NONE || (port >= OFPP_MAX && port <= OFPP_UNSET)) {
    place.fail(`expected a port from 0 to ${OFPP_MAX - 1}, or a reserved one that takes packets`);
  }
  if (argument !== undefined) none(argument);
  return { type: 'output', port, maxLength: 0 };
}

type ControllerAction = Extract<Ofpact, { type: 'controller' }>;
type ControllerOptions = { -readonly [Name in keyof ControllerAction]: ControllerAction[Name] };

/** `controller`, `controller:128` or `controller(max_len=128,reason=action,id=0,…)`. */
export function parseController({ argument }: Argument): Ofpact {
  if (/^\w*$/.test(argument.text) && argument.text !== 'pause') {
    return outputTo(argument, OFPP_CONTROLLER, argument);
  }
  const options: ControllerOptions = {
    type: 'controller',
    maxLength: CONTROLLER_MAX_LENGTH,
    reason: REASON_ACTION,
    controllerId: 0,
  };
  for (const { name, value = '', at, valueAt } of argument.items()) {
    const text = argument.part(value, valueAt);
    if (name === 'max_len') options.maxLength = numberOf(text, U16_MAX);
    else if (name === 'id') options.controllerId = numberOf(text, U16_MAX);
    else if (name === 'reason') options.reason = reason(text);
    else if (name === 'userdata') options.userdata = Uint8Array.from(bytesOf(text));
    else if (name === 'pause') options.pauses = true;
    else if (name === 'meter_id') options.meterId = numberOf(text, U32_MAX);
    else argument.fail('expected max_len, reason, id, userdata, pause or meter_id', at);
  }
  return options;
}

function reason(text: PlacedText): number {
  const found = REASONS.indexOf(text.text);
  return found >= 0 ? found : text.fail(`expected one of ${REASONS.join(', ')}`);
}

/** `enqueue:PORT:QUEUE` or `enqueue(PORT,QUEUE)`. */
export function parseEnqueue({ argument, ports }: Argument): Ofpact {
  const [portText = '', queueText = '', ...rest] = argument.text.split(/[:,]/);
  if (queueText === '' || rest.length > 0) argument.fail('expected a port and a queue');
  const port = portOf(argument.part(portText.trim(), 0), ports);
  const queue = numberOf(argument.part(queueText.trim(), portText.length + 1), U32_MAX);
  return { type: 'enqueue', port, queue };
}

/** `resubmit:PORT`, `resubmit(PORT,TABLE)` or `resubmit(PORT,TABLE,ct)`; parts may be missing. */
export function parseResubmit({ argument, ports }: Argument): Ofpact {
  const [portText = '', tableText = '', tuple, ...rest] = argument.text.split(',');
  if (rest.length > 0 || (tuple !== undefined && tuple !== 'ct')) {
    argument.fail('expected a port, a table and "ct" only');
  }
  const inPort = portText === '' ? OFPP_IN_PORT : portOf(argument.part(portText, 0), ports);
  const tableAt = portText.length + 1;
  const table = tableText === '' ? TABLE_CURRENT : tableOf(argument.part(tableText, tableAt));
  if (inPort === OFPP_IN_PORT && table === TABLE_CURRENT) {
    argument.fail('expected a port or a table to resubmit to');
  }
  if (tuple === undefined) return { type: 'resubmit', inPort, table };
  return { type: 'resubmit', inPort, table, isOriginalTuple: true };
}

type SampleAction = Extract<Ofpact, { type: 'sample' }>;
type SampleOptions = { -readonly [Name in keyof SampleAction]: SampleAction[Name] };

const SAMPLE_NUMBERS: ReadonlyMap<string, 'collectorSetId' | 'obsDomainId' | 'obsPointId'> =
  new Map([
    ['collector_set_id', 'collectorSetId'],
    ['obs_domain_id', 'obsDomainId'],
    ['obs_point_id', 'obsPointId'],
  ] as const);

/** `sample(probability=12345,collector_set_id=1,…)` */
export function parseSample({ argument, ports }: Argument): Ofpact {
  const options: SampleOptions = {
    type: 'sample',
    probability: 0,
    collectorSetId: 0,
    obsDomainId: 0,
    obsPointId: 0,
    samplingPort: OFPP_NONE,
    direction: 'default',
  };
  for (const { name, value = '', at, valueAt } of argument.items()) {
    const text = argument.part(value, valueAt);
    const number = SAMPLE_NUMBERS.get(name);
    if (number !== undefined) options[number] = numberOf(text, U32_MAX);
    else if (name === 'probability') options.probability = numberOf(text, U16_MAX);
    else if (name === 'sampling_port') options.samplingPort = portOf(text, ports);
    else if (name === 'ingress' || name === 'egress') options.direction = name;
    else argument.fail('expected probability, collector_set_id, obs_domain_id or the like', at);
  }
  if (options.probability === 0) argument.fail('expected a probability from 1 to 65535');
  return options;
}
