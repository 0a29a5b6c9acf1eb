/**
 * Datapath actions, printed as OVS 3.1 prints them: `set(eth(dst=…)),push_vlan(vid=4,pcp=0),2`.
 *
 * Answers to `format_odp_actions()`; `odp-actions-parse.ts` reads the same text.
 */

import type { OdpPort } from '../base/brands.js';
import { createFlow, createFlowMask, type Flow, type FlowMask, wordAt } from '../packet/flow.js';
import * as L from '../packet/flow-layout.js';
import { ETH_TYPE_VLAN } from '../packet/protocol.js';
import { SlowReason, type UserspaceCookie } from './cookie.js';
import {
  type OdpAction,
  type OdpActions,
  SET_WORDS,
  type SettableAttribute,
} from './odp-actions.js';
import { formatPushEth, formatPushNsh } from './odp-header-text.js';
import type { KeyAttributeName } from './odp-key-attributes.js';
import {
  formatAttribute,
  formatMasked,
  formatMpls,
  formatTci,
  type OdpTextOptions,
} from './odp-key-text.js';

type SetAction = Extract<OdpAction, { type: 'set' }>;

/** `drop` where there is none. */
export function formatOdpActions(actions: OdpActions, options: OdpTextOptions = {}): string {
  if (actions.length === 0) return 'drop';
  return actions.map((action) => formatOdpAction(action, options)).join(',');
}

/** What a key attribute is called in a `set`; the others are called what they are. */
export const SET_NAMES: Readonly<Partial<Record<SettableAttribute, KeyAttributeName>>> = {
  nd_extensions: 'nd_ext',
};

const EXACT = 0xffff_ffff;

function formatOdpAction(action: OdpAction, options: OdpTextOptions): string {
  switch (action.type) {
    case 'output':
      return formatPort(action.port, options);
    case 'userspace':
      return `userspace(${formatUserspace(action, options)})`;
    case 'push_vlan': {
      const hasTpid = action.tpid !== ETH_TYPE_VLAN;
      const tpid = hasTpid ? `tpid=0x${action.tpid.toString(16).padStart(4, '0')},` : '';
      return `push_vlan(${tpid}${formatTci(action.tci, 0xffff, false)})`;
    }
    case 'pop_vlan':
      return 'pop_vlan';
    case 'push_mpls':
      return `push_mpls(${formatLse(action.lse)},eth_type=0x${action.ethType.toString(16)})`;
    case 'pop_mpls':
      return `pop_mpls(eth_type=0x${action.ethType.toString(16)})`;
    case 'set':
      return `set(${formatSet(action)})`;
    case 'meter':
      return `meter(${action.meter})`;
    case 'drop':
      return 'drop';
    case 'trunc':
      return `trunc(${action.size})`;
    case 'clone':
      return `clone(${formatOdpActions(action.actions, options)})`;
    case 'sample':
      return formatSample(action, options);
    case 'check_pkt_len': {
      const greater = formatOdpActions(action.ifGreater, options);
      const rest = formatOdpActions(action.ifLessEqual, options);
      return `check_pkt_len(size=${action.size},gt(${greater}),le(${rest}))`;
    }
    case 'push_eth':
      return formatPushEth(action);
    case 'pop_eth':
      return 'pop_eth';
    case 'push_nsh':
      return formatPushNsh(action);
    case 'pop_nsh':
      return 'pop_nsh()';
    case 'hash':
      return `hash(${action.algorithm}(${action.basis}))`;
    case 'recirc':
      return `recirc(0x${action.id.toString(16)})`;
  }
}

function formatSample(
  { probability, actions }: Extract<OdpAction, { type: 'sample' }>,
  options: OdpTextOptions,
): string {
  const percentage = ((100 * probability) / EXACT).toFixed(1);
  return `sample(sample=${percentage}%,actions(${formatOdpActions(actions, options)}))`;
}

function formatPort(port: OdpPort, options: OdpTextOptions): string {
  return options.portName?.(port) ?? String(port);
}

function formatUserspace(
  action: Extract<OdpAction, { type: 'userspace' }>,
  options: OdpTextOptions,
): string {
  const suffix = action.actions === true ? ',actions' : '';
  return `pid=${action.pid},${formatCookie(action.cookie, options)}${suffix}`;
}

function formatCookie(cookie: UserspaceCookie, options: OdpTextOptions): string {
  switch (cookie.type) {
    case 'slow_path':
      return `slow_path(${formatSlowReasons(cookie.reason)})`;
    case 'sflow':
      return (
        `sFlow(vid=${cookie.vlanTci & L.VLAN_VID_MASK},pcp=${cookie.vlanTci >>> 13},` +
        `output=${cookie.output})`
      );
    case 'flow_sample':
      return (
        `flow_sample(probability=${cookie.probability},` +
        `collector_set_id=${cookie.collectorSetId},obs_domain_id=${cookie.obsDomainId},` +
        `obs_point_id=${cookie.obsPointId},output_port=${formatSampledPort(cookie, options)}` +
        `${cookie.direction === undefined ? '' : `,${cookie.direction}`})`
      );
    case 'ipfix':
      return `ipfix(output_port=${formatSampledPort(cookie, options)})`;
    case 'controller':
      return (
        `controller(reason=${cookie.reason},dont_send=${cookie.dontSend ? 1 : 0},` +
        `continuation=${cookie.isPaused === true ? 1 : 0},recirc_id=${cookie.recircId},` +
        `rule_cookie=${formatBig(cookie.ruleCookie)},controller_id=${cookie.controllerId},` +
        `max_len=${cookie.maxLength})`
      );
    case 'malformed':
      return `userdata(size=${cookie.size},type=${cookie.cookieType})`;
  }
}

function formatSampledPort(cookie: { outputOdpPort?: OdpPort }, options: OdpTextOptions): string {
  const port = cookie.outputOdpPort;
  return port === undefined ? String(EXACT) : formatPort(port, options);
}

function formatBig(value: bigint): string {
  return value === 0n ? '0' : `0x${value.toString(16)}`;
}

/** `action,match`: the names of the bits. Answers to `slow_path_reason_to_string()`. */
export function formatSlowReasons(reasons: number): string {
  if (reasons === 0) return '0';
  const names = Object.entries(SlowReason).filter(([, bit]) => (reasons & bit) !== 0);
  return names.map(([name]) => name.toLowerCase()).join(',');
}

function formatLse(lse: number): string {
  return `label=${lse >>> 12},tc=${(lse >>> 9) & 7},ttl=${lse & 0xff},bos=${(lse >>> 8) & 1}`;
}

function formatSet({ attribute, value, mask }: SetAction): string {
  const { key, bits } = expand(attribute, value, mask);
  switch (attribute) {
    case 'skb_priority':
    case 'skb_mark':
      return `${attribute}(${formatMasked(wordAt(value, 0), wordAt(mask, 0), EXACT)})`;
    case 'mpls':
      return formatMpls(key, bits, 1, true);
    default:
      return formatAttribute(
        SET_NAMES[attribute] ?? (attribute as KeyAttributeName),
        key,
        bits,
        false,
      );
  }
}

/** The words of an attribute, back at their places in a flow. */
function expand(attribute: SettableAttribute, value: Uint32Array, mask: Uint32Array) {
  const key: Flow = createFlow();
  const bits: FlowMask = createFlowMask();
  SET_WORDS[attribute].forEach((word, i) => {
    key[word] = wordAt(value, i);
    bits[word] = wordAt(mask, i);
  });
  return { key, bits };
}
