/**
 * How a translation tells its steps to an `XlateTrace`: rules and actions as text, each made once.
 *
 * Nobody comes here while no trace is asked for. A rule's actions never change, so that the text of
 * each is good for as long as the rule lives.
 *
 * Owner: the texts, which go with their rules.
 */

import type { OfpPort } from '../base/brands.js';
import type { RuleRef } from '../datapath/translator.js';
import { formatEthernet } from '../packet/address-text.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { formatAction } from './actions-text.js';
import type { MacSighting } from './mac-learning.js';
import type { Ofpact } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { Rule } from './rule.js';
import { formatBody } from './rule-text.js';
import type { XlateContext, XlateError } from './xlate-context.js';

class NamedRule implements RuleRef {
  readonly bridge: string;
  readonly #rule: Rule;
  #text: string | undefined;

  constructor(bridge: string, rule: Rule) {
    this.bridge = bridge;
    this.#rule = rule;
  }

  get table(): number {
    return this.#rule.table;
  }

  get isHidden(): boolean {
    return this.#rule.isHidden;
  }

  get text(): string {
    this.#text ??= formatBody(this.#rule);
    return this.#text;
  }
}

const ruleRefs = new WeakMap<Rule, RuleRef>();
const actionTexts = new WeakMap<Ofpact, string>();

/** The name of `rule`, which is one of `ofproto`'s: always the same object. */
export function ruleRefOf(ofproto: Ofproto, rule: Rule): RuleRef {
  let ref = ruleRefs.get(rule);
  if (ref === undefined) {
    ref = new NamedRule(ofproto.name, rule);
    ruleRefs.set(rule, ref);
  }
  return ref;
}

function actionTextOf(action: Ofpact): string {
  let text = actionTexts.get(action);
  if (text === undefined) {
    text = formatAction(action);
    actionTexts.set(action, text);
  }
  return text;
}

/** The flow met `rule` in `table`. */
export function traceTable(ctx: XlateContext, table: number, rule: Rule): void {
  ctx.trace?.table(ctx.height, table, ruleRefOf(ctx.ofproto, rule));
}

/** `action` is about to be carried out. */
export function traceAction(ctx: XlateContext, action: Ofpact): void {
  ctx.trace?.action(ctx.height - 1, () => actionTextOf(action));
}

/** Tells `text` at the depth of the rule that is being carried out. */
export function traceNote(ctx: XlateContext, text: string): void {
  ctx.trace?.note(Math.max(0, ctx.height - 1), () => text);
}

/** The packet's port takes nothing in. */
export function traceNoReceive(ctx: XlateContext): void {
  traceNote(ctx, `dropped: ${portText(ctx.inPort)} receives nothing (no_receive)`);
}

/** A port was to be sent to that is not there, or forwards nothing. */
export function traceNoOutput(ctx: XlateContext, port: OfpPort): void {
  const isThere = ctx.ofproto.port(port) !== undefined;
  const why = isThere ? 'it forwards nothing (no_forward)' : 'the bridge has no such port';
  traceNote(ctx, `no output to ${portText(port)}: ${why}`);
}

/** Learns a sender, and tells it where that is news. */
export function learnTraced(ctx: XlateContext, sighting: MacSighting): void {
  const { high, low, vlan } = sighting;
  const { macs } = ctx.ofproto;
  const before = macs.lookup(high, low, vlan);
  ctx.ofproto.learn(sighting);
  const after = macs.lookup(high, low, vlan);
  if (after === before || after === undefined) return;
  const verb = before === undefined ? 'learns' : 'moves';
  const address = formatEthernet(high, low);
  traceNote(ctx, `NORMAL: ${verb} ${address} in VLAN ${vlan}, ${portText(after)}`);
}

/** What NORMAL knows of the destination. */
export function traceDestination(ctx: XlateContext, known: OfpPort | undefined): void {
  if (known === undefined) traceNote(ctx, 'NORMAL: floods, the destination is unknown');
  else if (known !== ctx.inPort) traceNote(ctx, `NORMAL: the destination is at ${portText(known)}`);
  else traceNote(ctx, 'NORMAL: dropped, the destination is where it came from');
}

/** The translation is done, the actions not yet taken. */
export function traceEnd(ctx: XlateContext, isTooMuch: boolean): void {
  const { error, actions } = ctx;
  if (error !== undefined) traceNote(ctx, `dropped: ${ERRORS[error]} (${error})`);
  else if (actions.size === 0) traceNote(ctx, 'dropped: no action sends it anywhere');
  else if (isTooMuch) traceNote(ctx, 'slow: more actions than a datapath flow can hold');
}

/** "port 2", "LOCAL". */
function portText(port: OfpPort): string {
  const text = formatOfpPort(port);
  return /^\d/.test(text) ? `port ${text}` : text;
}

const ERRORS: Readonly<Record<XlateError, string>> = {
  bridge_not_found: 'the bridge is gone',
  recursion_too_deep: 'rules called one another 64 deep into the same or an earlier table',
  too_many_resubmits: 'rules were called more than 4096 times',
  no_recirculation_context: 'a recirculated packet that nobody knows',
  unsupported_action: 'an action that this version of upcall cannot carry out yet',
  unsupported_packet_type: 'a header that packets of this type cannot be given, or do not have',
  stack_too_deep: 'more than 64 kB on the stack',
  too_many_mpls_labels: 'more MPLS labels than a flow can show',
};
