/**
 * Where connections come from and go to, as Open vSwitch writes it: `tcp:HOST[:PORT]`,
 * `unix:FILE`, `ptcp:[PORT][:HOST]`, `punix:FILE`; with TLS, `ssl:` and `pssl:`.
 *
 * Answers to ovsdb(7), "Connection Methods".
 */

import { UpcallError } from '../base/errors.js';

export type Target =
  | {
      readonly kind: 'tcp' | 'ssl';
      readonly isPassive: boolean;
      readonly host: string;
      readonly port: number;
    }
  | { readonly kind: 'unix'; readonly isPassive: boolean; readonly path: string };

/** The port that IANA gave OpenFlow. */
export const OPENFLOW_PORT = 6653;
/** Nobody else's business unless somebody says so: OVS listens on all addresses. */
const HOST_DEFAULT = '127.0.0.1';
const FORM =
  'use tcp:HOST[:PORT], ssl:HOST[:PORT], unix:FILE, ' +
  'ptcp:[PORT][:HOST], pssl:[PORT][:HOST] or punix:FILE';

/** Throws an `UpcallError` for a text that names no target. */
export function parseTarget(text: string): Target {
  const [, method = '', rest = ''] = /^(p?(?:tcp|ssl|unix)):(.*)$/s.exec(text) ?? [];
  const isPassive = method.startsWith('p');
  if (method.endsWith('unix')) {
    if (rest === '') throw refuse(text);
    return { kind: 'unix', isPassive, path: rest };
  }
  if (method === '') throw refuse(text);
  const kind = method.endsWith('ssl') ? 'ssl' : 'tcp';
  return { kind, isPassive, ...(isPassive ? passive(text, rest) : active(text, rest)) };
}

export function formatTarget(target: Target): string {
  const passive = target.isPassive ? 'p' : '';
  if (target.kind === 'unix') return `${passive}unix:${target.path}`;
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  if (target.isPassive) return `p${target.kind}:${target.port}:${host}`;
  return `${target.kind}:${host}:${target.port}`;
}

function passive(text: string, rest: string): { host: string; port: number } {
  const [, port = '', host = ''] = /^(\d*)(?::(.+))?$/.exec(rest) ?? [];
  if (rest !== '' && port === '' && host === '') throw refuse(text);
  return { host: unbracketed(host) || HOST_DEFAULT, port: numberOf(text, port) };
}

function active(text: string, rest: string): { host: string; port: number } {
  const found = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(rest);
  if (found === null) throw refuse(text);
  return { host: unbracketed(found[1] ?? ''), port: numberOf(text, found[2] ?? '') };
}

function unbracketed(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}

function numberOf(text: string, digits: string): number {
  const port = digits === '' ? OPENFLOW_PORT : Number(digits);
  if (port > 0xffff) throw refuse(text);
  return port;
}

function refuse(text: string): UpcallError {
  return new UpcallError(`Cannot use connection target "${text}": ${FORM}`);
}
