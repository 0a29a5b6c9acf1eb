/**
 * Carries flow-mods out on a bridge's tables.
 *
 * Answers to `handle_flow_mod` and `ofproto_flow_mod_start` of OVS's `ofproto/ofproto.c`.
 */

import { FlowTableError } from '../ofproto/flow-table-error.js';
import type { FlowTables } from '../ofproto/flow-tables.js';
import type { FlowCriteria } from '../ofproto/rule.js';
import { checkActions } from './action-check.js';
import type { BundledChange } from './bundles.js';
import type { ByteReader } from './byte-reader.js';
import { type FlowMod, readFlowMod, readNiciraFlowMod } from './flow-mod-codec.js';
import { OfpError, type OfpErrorName } from './ofp-error.js';
import type { Request } from './request.js';

export function handleFlowMod(request: Request): void {
  request.requireWriter();
  carryOut(request, read(request));
}

/** `NXT_FLOW_MOD`; vendor and subtype have been read. */
export function handleNiciraFlowMod(request: Request, body: ByteReader): void {
  request.requireWriter();
  carryOut(request, checked(request, readNiciraFlowMod(body, request.peer)));
}

/** A flow-mod of a bundle. */
export function prepareFlowMod(request: Request): BundledChange {
  const mod = read(request);
  return { change: () => applyFlowMod(request.bridge.ofproto.tables, mod) };
}

function read(request: Request): FlowMod {
  const { peer, version } = request;
  return checked(request, readFlowMod(request.body(), version, peer));
}

/** Throws an `OfpError` where the actions make no sense for the match. */
function checked({ version, services }: Request, mod: FlowMod): FlowMod {
  services.tlvs.requireMapped(mod.match, mod.actions);
  checkActions(mod.actions, mod.match, mod.table ?? NO_TABLE, version);
  return mod;
}

/** Before the first: who names no table may go on to any. */
const NO_TABLE = -1;

function carryOut({ bridge, peer, message, services }: Request, mod: FlowMod): void {
  services.monitors.attribute({ peer, xid: message.xid }, () =>
    applyFlowMod(bridge.ofproto.tables, mod),
  );
}

/** Throws an `OfpError` where the tables refuse. */
export function applyFlowMod(tables: FlowTables, mod: FlowMod): void {
  answeringTables(() => change(tables, mod));
  // This switch keeps no packets; what the flow-mod says besides is done all the same.
  if (mod.hasBuffer) throw new OfpError('OFPBRC_BUFFER_UNKNOWN');
}

/** Does `task`; what the tables refuse is an `OfpError`. */
export function answeringTables(task: () => void): void {
  try {
    task();
  } catch (error) {
    throw error instanceof FlowTableError
      ? new OfpError(ERRORS[error.reason], error.message)
      : error;
  }
}

const ERRORS: Readonly<Record<FlowTableError['reason'], OfpErrorName>> = {
  overlap: 'OFPFMFC_OVERLAP',
  'table full': 'OFPFMFC_TABLE_FULL',
  'no such table': 'OFPFMFC_BAD_TABLE_ID',
  'no such group': 'OFPBAC_BAD_OUT_GROUP',
  'no such meter': 'OFPMMFC_INVALID_METER',
};

function change(tables: FlowTables, mod: FlowMod): void {
  switch (mod.command) {
    case 'add':
      add(tables, mod);
      break;
    case 'modify':
    case 'modify_strict':
      modify(tables, mod);
      break;
    default:
      tables.delete(criteriaOf(mod));
  }
}

function add(tables: FlowTables, mod: FlowMod): void {
  const { priority, match, actions, cookie, idleTimeout, hardTimeout, importance, flags } = mod;
  const table = mod.table ?? 0;
  tables.add({
    table,
    priority,
    match,
    actions,
    cookie,
    idleTimeout,
    hardTimeout,
    importance,
    flags,
  });
}

function modify(tables: FlowTables, mod: FlowMod): void {
  const { actions, cookie, flags, modifiesCookie, addsMissing } = mod;
  const count = tables.modify(criteriaOf(mod), {
    actions,
    cookie: modifiesCookie ? cookie : undefined,
    flags,
  });
  if (count === 0 && addsMissing) add(tables, mod);
}

function criteriaOf(mod: FlowMod): FlowCriteria {
  const { match, priority, outPort, outGroup, cookieMask, selectCookie, table, command } = mod;
  return {
    table,
    match,
    priority: command.endsWith('strict') ? priority : undefined,
    cookie: cookieMask === 0n ? undefined : selectCookie,
    cookieMask: cookieMask === 0n ? undefined : cookieMask,
    outPort,
    outGroup,
  };
}
