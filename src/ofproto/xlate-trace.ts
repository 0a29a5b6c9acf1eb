/**
 * How a translation tells its steps to an `XlateTrace`: rules and actions as text, sentences of
 * `trace-sentences.ts`.
 *
 * Nobody comes here while no trace is asked for. A rule's actions never change, so that the text of
 * each, with ports by number, is good for as long as the rule lives.
 *
 * Owner: the texts, which go with their rules.
 */

import type { OfpPort } from '../base/brands.js';
import type { RuleRef, TraceText } from '../datapath/translator.js';
import { formatEthernet } from '../packet/address-text.js';
import { formatFieldValue } from '../packet/field-text.js';
import { createFlowMask } from '../packet/flow.js';
import { IN_PORT } from '../packet/flow-layout.js';
import { formatMatch } from '../packet/match-text.js';
import { formatOfpPort } from '../packet/ofp-port-text.js';
import { orderActionSet } from './action-set.js';
import { formatAction, formatActions } from './actions-text.js';
import { readSubfield } from './field-write.js';
import type { FrozenAction, FrozenState } from './frozen-states.js';
import type { MacSighting } from './mac-learning.js';
import type { Ofpact, PortText, Subfield } from './ofpact.js';
import type { Ofproto } from './ofproto.js';
import type { Rule } from './rule.js';
import { formatBody } from './rule-text.js';
import { formatSubfield } from './subfield-text.js';
import { FOREIGN_TITLES, hex, SENTENCES, type Sentence, TABLE_TITLES } from './trace-sentences.js';
import type { XlateContext } from './xlate-context.js';

const TABLE_WIDTH = 2;

class NamedRule implements RuleRef {
  readonly ofproto: Ofproto;
  readonly rule: Rule;
  #text: string | undefined;

  constructor(ofproto: Ofproto, rule: Rule) {
    this.ofproto = ofproto;
    this.rule = rule;
  }

  get bridge(): string {
    return this.ofproto.name;
  }

  get table(): number {
    return this.rule.table;
  }

  get isHidden(): boolean {
    return this.rule.isHidden;
  }

  get text(): string {
    this.#text ??= formatBody(this.rule);
    return this.#text;
  }

  /**
   * What a trace of bridge `root` calls it: not what it does, which follows there. Of other
   * bridges, rules of the switch itself are called, as in OVS, by how their table 254 has them.
   */
  title(root: string, portText: PortText = formatOfpPort): string {
    const { tables, dropFragmentsRule } = this.ofproto;
    if (this.isHidden && this.bridge !== root) {
      if (this.rule === tables.missRule) return FOREIGN_TITLES.miss;
      if (this.rule === tables.controllerMissRule) return FOREIGN_TITLES.controllerMiss;
      if (this.rule === dropFragmentsRule) return FOREIGN_TITLES.fragment;
    }
    if (this.rule === tables.missRule) return TABLE_TITLES.miss;
    if (this.rule === tables.controllerMissRule) return TABLE_TITLES.controllerMiss;
    if (this.rule === dropFragmentsRule) return TABLE_TITLES.fragment;
    const { match, priority, cookie } = this.rule;
    const matchText = formatMatch(match.flow, match.mask, { portText });
    const terms = [matchText, `priority ${priority}`].filter((term) => term !== '');
    if (cookie !== 0n) terms.push(`cookie ${hex(cookie)}`);
    return terms.join(', ');
  }
}

const ruleRefs = new WeakMap<Rule, RuleRef>();
const actionTexts = new WeakMap<Ofpact, string>();

/** The name of `rule`, which is one of `ofproto`'s: always the same object. */
export function ruleRefOf(ofproto: Ofproto, rule: Rule): RuleRef {
  let ref = ruleRefs.get(rule);
  if (ref === undefined) {
    ref = new NamedRule(ofproto, rule);
    ruleRefs.set(rule, ref);
  }
  return ref;
}

/** The rule that a name stands for; undefined: another translator's. */
export function ruleOf(ref: RuleRef): Rule | undefined {
  return ref instanceof NamedRule ? ref.rule : undefined;
}

/** The bridge whose rule it is; undefined: another translator's. */
export function ofprotoOf(ref: RuleRef): Ofproto | undefined {
  return ref instanceof NamedRule ? ref.ofproto : undefined;
}

/**
 * The heading of a look-up in a trace of bridge `root`: the table, and the rule without its
 * actions.
 */
export function tableTitle(
  table: number,
  ref: RuleRef,
  { root, portText }: { readonly root: string; readonly portText?: PortText | undefined },
): string {
  const rule = ref instanceof NamedRule ? ref.title(root, portText) : ref.text;
  return `${String(table).padStart(TABLE_WIDTH)}. ${rule}`;
}

/** The action's text, made once where ports are numbers. */
function actionTextOf(action: Ofpact, portText: PortText | undefined): string {
  if (portText !== undefined) return formatAction(action, portText);
  let text = actionTexts.get(action);
  if (text === undefined) {
    text = formatAction(action);
    actionTexts.set(action, text);
  }
  return text;
}

/** The flow met `rule` in `table`, looked up as if it had come from `inPort`. */
export function traceTable(ctx: XlateContext, lookup: TracedLookup): void {
  const { table, rule, inPort } = lookup;
  const ownPort = ctx.flow[IN_PORT] ?? 0;
  ctx.flow[IN_PORT] = inPort;
  ctx.trace?.table(ctx.height, table, ruleRefOf(ctx.ofproto, rule));
  traceMoved(ctx);
  ctx.flow[IN_PORT] = ownPort;
}

interface TracedLookup {
  readonly table: number;
  readonly rule: Rule;
  readonly inPort: OfpPort;
}

/** `action` is about to be carried out. */
export function traceAction(ctx: XlateContext, action: Ofpact): void {
  traceMoved(ctx);
  ctx.trace?.action(depthOf(ctx), (portText) => actionTextOf(action, portText));
}

/** The packet is back; what is about to be carried out was left by an earlier translation. */
export function traceThaw(ctx: XlateContext, { table, actions, actionSet }: FrozenState): void {
  const tell = (depth: number, { kind, text }: Sentence) => ctx.trace?.note(depth, text, kind);
  tell(1, SENTENCES.thaw());
  tell(2, SENTENCES.resuming(table));
  const set: TraceText = (portText) => formatActions(actionSet, portText);
  if (actionSet.length > 0) tell(2, SENTENCES.restoringSet(set));
  const rest: TraceText = (portText) =>
    actions.map((action) => frozenActionText(action, portText)).join(',');
  if (actions.length > 0) tell(2, SENTENCES.restoringActions(rest));
}

/** The actions that follow were left by a rule of this table. */
export function traceUnroll(ctx: XlateContext, action: Unroll): void {
  ctx.trace?.action(depthOf(ctx), () => frozenActionText(action));
  sayHeading(ctx, SENTENCES.restored(action.table, action.cookie));
}

type Unroll = Extract<FrozenAction, { type: 'unroll' }>;

function frozenActionText(action: FrozenAction, portText?: PortText): string {
  if (action.type !== 'unroll') return actionTextOf(action, portText);
  return `unroll_xlate(table=${action.table}, cookie=${hex(action.cookie)})`;
}

/** There is no action to be carried out. */
export function traceDrop(ctx: XlateContext): void {
  ctx.trace?.action(depthOf(ctx), () => 'drop');
}

/** A step is over, or is about to begin. */
export function traceMoved(ctx: XlateContext): void {
  ctx.trace?.moved?.(ctx.flow, ctx.wc);
}

/** Says something of the action that is being carried out. */
export function say(ctx: XlateContext, { kind, text }: Sentence): void {
  ctx.trace?.note(depthOf(ctx), text, kind);
}

/** Says something under which what follows belongs, one deeper. */
export function sayHeading(ctx: XlateContext, { kind, text }: Sentence): void {
  ctx.trace?.note(ctx.height, text, kind);
}

function depthOf(ctx: XlateContext): number {
  return Math.max(0, ctx.height - 1);
}

/** Says what an action has written; the look at it does not count. */
export function saySubfield(ctx: XlateContext, subfield: Subfield): void {
  const value = readSubfield(subfield, ctx.flow, unheeded);
  const { field, start, width } = subfield;
  const isWhole = start === 0 && width === field.width;
  const text = isWhole ? formatFieldValue(field, value) : hex(value);
  say(ctx, SENTENCES.fieldNow(formatSubfield(subfield), text));
}

const unheeded = createFlowMask();

/** Says what would be carried out at the end, as things stand. */
export function sayActionSet(ctx: XlateContext, tense: 'is' | 'was'): void {
  const actions = orderActionSet(ctx.actionSet);
  const text: TraceText = (portText) => formatActions(actions, portText);
  say(
    ctx,
    actions.length === 0 ? SENTENCES.actionSetEmpty(tense) : SENTENCES.actionSet(tense, text),
  );
}

/** Learns a sender, and tells it where that is news. */
export function learnTraced(ctx: XlateContext, sighting: MacSighting): void {
  const { high, low, vlan, port } = sighting;
  const { macs } = ctx.ofproto;
  const before = macs.lookup(high, low, vlan);
  ctx.ofproto.learn(sighting);
  const after = macs.lookup(high, low, vlan);
  if (after === before || after === undefined) return;
  const name = ctx.ofproto.port(port)?.name ?? formatOfpPort(port);
  say(ctx, SENTENCES.macLearned(formatEthernet(high, low), name, vlan));
}
