/**
 * `dpctl/add-flow`, `mod-flow`, `get-flow`, `del-flow`, and the same for files of flows: flows put
 * and taken by hand.
 *
 * The slow path knows nothing of them until the next dump, where the revalidators judge them like
 * any other. A modification finds its flow as a packet would; a deletion needs the very key, or the
 * id. Answers to `dpctl_put_flow()` and its like.
 *
 * Owner: the ids that were chosen with `ufid:…`.
 */

import { ParseError } from '../base/errors.js';
import type { DeleteOp, DumpedFlow, FlowStats, PutOp } from '../datapath/dpif.js';
import { FlowKey } from '../datapath/flow-key.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { parseOdpActions } from '../datapath/odp-actions-parse.js';
import { formatFlowStats } from '../datapath/odp-flow-text.js';
import { restFromTerm } from '../datapath/odp-text-scanner.js';
import { takeUfid } from '../datapath/ufid.js';
import type { Flow } from '../packet/flow.js';
import { collectFlows } from '../switch-megaflows.js';
import type { DpctlCall } from './dpctl-call.js';
import { formatForDpctl } from './dpctl-dump.js';
import { type FlowFileCommand, type FlowFileLine, readDpctlFlowFile } from './dpctl-flow-file.js';
import { type DpctlKey, parseDpctlKey } from './dpctl-key.js';
import type { ManagementContext } from './management-context.js';
import { UfidTable } from './ufid-table.js';

const NOT_FOUND = 'deleting flow';
const HINT = 'Perhaps you need to specify a UFID?\n';

export class DpctlFlows {
  readonly ufids = new UfidTable();
  readonly #context: ManagementContext;

  constructor(context: ManagementContext) {
    this.#context = context;
  }

  add(call: DpctlCall): void {
    const [flow = '', actions = ''] = call.takeDatapath(call.words, 3);
    this.#add(call, flow, actions);
  }

  modify(call: DpctlCall): void {
    const [flow = '', actions = ''] = call.takeDatapath(call.words, 3);
    this.#modify(call, flow, actions);
  }

  /** `add-flows`, `mod-flows`, `del-flows`: what a line of the file does that names no command. */
  runFile(call: DpctlCall, unlessNamed: FlowFileCommand): void {
    for (const line of readDpctlFlowFile(call, unlessNamed)) {
      call.attempt(() => this.#runLine(call, line));
    }
  }

  #runLine(call: DpctlCall, { command, flow, actions, number }: FlowFileLine): void {
    const isWhole = flow !== '' && (command === 'delete') === (actions === '');
    if (!isWhole) call.fail(`Failed parsing line number ${number}, skipped!`);
    if (command === 'add') this.#add(call, flow, actions);
    else if (command === 'modify') this.#modify(call, flow, actions);
    else this.#delete(call, flow);
  }

  #add(call: DpctlCall, flowText: string, actionsText: string): void {
    const { flow, actions } = this.#readFlowAndActions(call, flowText, actionsText);
    this.#put(call, flow, actions);
  }

  #modify(call: DpctlCall, flowText: string, actionsText: string): void {
    const { flow, actions } = this.#readFlowAndActions(call, flowText, actionsText);
    if (call.options.isClear) call.fail('updating flow table', 'EOPNOTSUPP');
    const found = this.#find((candidate) => accepts(candidate, flow.key));
    if (found === undefined) {
      if (call.options.mayCreate) this.#put(call, flow, actions);
      else call.fail('updating flow table', 'ENOENT');
      return;
    }
    this.#operate({
      type: 'put',
      mode: 'modify',
      key: found.key,
      mask: found.mask,
      actions,
      error: undefined,
    });
    if (call.options.wantsStats) this.#sayStats(call, found.stats);
  }

  get(call: DpctlCall): void {
    const [text = ''] = call.takeDatapath(call.words, 2);
    const named = takeUfid(text);
    if (named === undefined) {
      // A complaint, but no failure, in Open vSwitch too.
      const reason = text.startsWith('ufid:') ? ' (Invalid argument)' : '';
      call.say(`${this.#context.program}: parsing flow ufid${reason}\n`);
      return;
    }
    const found = this.#find((flow) => this.ufids.of(flow.key) === named.ufid);
    if (found === undefined) call.fail('getting flow', 'ENOENT');
    call.say(`${formatForDpctl(call, found, this.#now, this.ufids)}\n`);
  }

  delete(call: DpctlCall): void {
    const [text = ''] = call.takeDatapath(call.words, 2);
    this.#delete(call, text);
  }

  #delete(call: DpctlCall, text: string): void {
    const named = takeUfid(text);
    if (named === undefined) refuseBrokenUfid(call, text);
    const key = named === undefined ? this.#readKey(call, text) : this.#keyOf(named.ufid);
    const op: DeleteOp | undefined =
      key === undefined ? undefined : { type: 'delete', key, error: undefined, stats: undefined };
    if (op !== undefined) this.#context.sw.datapath.operate([op], () => {});
    if (op?.stats === undefined) this.#failDelete(call);
    this.ufids.forget(op.key);
    if (call.options.wantsStats) this.#sayStats(call, op.stats);
  }

  /** Without a file: all of them. */
  deleteAll(call: DpctlCall): void {
    const { name } = this.#context.sw.datapath;
    const [path] = call.words[0] === name ? call.words.slice(1) : call.words;
    if (path === undefined) this.#context.sw.datapath.flowFlush();
    else this.runFile(call, 'delete');
  }

  get #now() {
    return this.#context.sw.clock.now();
  }

  #put(call: DpctlCall, { ufid, key, mask, isSound }: DpctlKey, actions: OdpActions): void {
    if (!isSound) call.fail('updating flow table', 'EINVAL');
    const flowKey = FlowKey.from(key);
    const op: PutOp = {
      type: 'put',
      mode: 'create',
      key: flowKey,
      mask,
      actions,
      error: undefined,
    };
    this.#operate(op);
    if (op.error !== undefined) call.fail('updating flow table', op.error);
    if (ufid !== undefined) this.ufids.choose(ufid, flowKey);
    if (call.options.wantsStats) call.say('packets:0, bytes:0, used:never\n');
  }

  #operate(op: PutOp): void {
    this.#context.sw.datapath.operate([op], () => {});
  }

  #readFlowAndActions(
    call: DpctlCall,
    flowText: string,
    actionsText: string,
  ): { flow: DpctlKey; actions: OdpActions } {
    const flow = this.#readFlow(call, flowText);
    try {
      const actions = actionsText === '' ? [] : parseOdpActions(actionsText);
      return { flow, actions };
    } catch (error) {
      return unreadable(error, () => call.fail('parsing actions', 'EINVAL'));
    }
  }

  #readFlow(call: DpctlCall, text: string): DpctlKey {
    if (takeUfid(text) === undefined) refuseBrokenUfid(call, text);
    try {
      return parseDpctlKey(this.#context, text);
    } catch (error) {
      return unreadable(error, (rest) => {
        return call.fail(`parsing flow key (syntax error at ${rest})`, 'EINVAL');
      });
    }
  }

  #readKey(call: DpctlCall, text: string): FlowKey {
    try {
      return FlowKey.from(parseDpctlKey(this.#context, text).key);
    } catch (error) {
      return unreadable(error, (rest) => call.fail(`syntax error at ${rest}`, 'EINVAL'));
    }
  }

  #keyOf(ufid: string): FlowKey | undefined {
    return this.#find((flow) => this.ufids.of(flow.key) === ufid)?.key;
  }

  #find(isWanted: (flow: DumpedFlow) => boolean): DumpedFlow | undefined {
    const { datapath } = this.#context.sw;
    return collectFlows(datapath, (flow) =>
      isWanted(flow) ? { ...copyOf(flow) } : undefined,
    ).find((flow) => flow !== undefined);
  }

  #sayStats(call: DpctlCall, stats: Readonly<FlowStats>): void {
    call.say(`${formatFlowStats(stats, this.#now)}\n`);
  }

  #failDelete(call: DpctlCall): never {
    try {
      return call.fail(NOT_FOUND, 'ENOENT');
    } catch (error) {
      if (error instanceof Error) error.message += HINT;
      throw error;
    }
  }
}

/** Of a text that begins with no id: whether it should have. */
function refuseBrokenUfid(call: DpctlCall, text: string): void {
  if (text.startsWith('ufid:')) call.fail('parsing flow ufid', 'EINVAL');
}

/** Whether a packet of `key` would meet `flow`. */
function accepts(flow: DumpedFlow, key: Flow): boolean {
  const own = flow.key.toFlow();
  const { mask } = flow;
  if (mask === undefined) return own.every((word, i) => word === key[i]);
  return mask.words.every((bits, i) => (((own[i] ?? 0) ^ (key[i] ?? 0)) & bits) === 0);
}

/** A flow of a dump, to be kept. */
function copyOf({ key, mask, actions, stats }: DumpedFlow): DumpedFlow {
  return { key, mask, actions, stats: { ...stats } };
}

/** Tells where `error` found the text wrong. */
function unreadable(error: unknown, tell: (rest: string) => never): never {
  if (error instanceof ParseError) tell(restFromTerm(error.source, error.column));
  throw error;
}
