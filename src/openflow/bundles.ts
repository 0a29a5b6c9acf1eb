/**
 * Bundles: messages that are kept until they are committed, and then carried out together, in
 * order, all or none.
 *
 * What is put in is checked at once; what only the tables can refuse is found at the commit, which
 * then changes nothing. A bundle that nobody touches for ten seconds is dropped. Answers to OVS's
 * `ofproto/bundles.c` and to `do_bundle_commit` of `ofproto/ofproto.c`.
 *
 * Owner: the timers. The bundles themselves are their peer's.
 */

import type { Clock, TimerId } from '../base/clock.js';
import {
  BundleControl,
  type BundleControlRequest,
  type BundleControlType,
  BundleFlag,
  readBundleAdd,
  readBundleControl,
} from './bundle-codec.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { encodeError } from './error-codec.js';
import type { OfpMessage } from './message.js';
import { encodeOnf, OnfType } from './nicira.js';
import { OfpError, type OfpErrorName } from './ofp-error.js';
import type { Peer } from './peer.js';
import { OF13 } from './protocol.js';
import type { Request } from './request.js';

/** Answers to `BUNDLE_EXPIRY_DEFAULT`. */
export const BUNDLE_IDLE_MS_MAX = 10_000;
/** Bundles that one controller may have open. OVS has no limit, and so grows with who asks. */
export const BUNDLES_MAX = 100;
/** Bytes of messages in the bundles of one controller: half a million flow-mods. */
export const BUNDLES_SIZE_MAX = 64 * 1024 * 1024;

/** A message that was checked: what it does to the tables, and what is done after them. */
export interface BundledChange {
  readonly change?: () => void;
  readonly after?: () => void;
  /** It cannot be taken back, and so is in no bundle that is all or nothing. */
  readonly isFinal?: boolean;
}

interface Entry extends BundledChange {
  readonly message: OfpMessage;
}

export interface Bundle {
  readonly id: number;
  readonly flags: number;
  /** What it began with: a time-out is answered to that. */
  readonly origin: OfpMessage;
  readonly entries: Entry[];
  /** Bytes. */
  size: number;
  isClosed: boolean;
  timer: TimerId;
}

export interface BundlesDeps {
  readonly clock: Pick<Clock, 'setTimeout' | 'clearTimeout'>;
  /** Checks a message; throws an `OfpError` where it cannot be in a bundle or is wrong. */
  readonly prepare: (request: Request) => BundledChange;
  /** Makes the changes of `task` one, by a message of `peer`. */
  readonly transact: (peer: Peer, xid: number, task: () => void) => void;
}

export class Bundles {
  readonly #deps: BundlesDeps;

  constructor(deps: BundlesDeps) {
    this.#deps = deps;
  }

  control(request: Request, body: ByteReader): void {
    request.requireWriter();
    const control = readBundleControl(body);
    const { peer } = request;
    switch (control.type) {
      case BundleControl.OPEN:
        this.#open(request, control);
        break;
      case BundleControl.CLOSE:
        this.#close(peer, control);
        break;
      case BundleControl.COMMIT:
        this.#commit(request, control);
        break;
      default:
        this.#drop(peer, known(peer, control.id));
    }
    reply(request, control);
  }

  add(request: Request, body: ByteReader): void {
    request.requireWriter();
    const { peer, message: outer } = request;
    const { id, flags, message } = readBundleAdd(body, outer);
    const found = peer.bundles.get(id);
    const bundle = found ?? this.#create(request, { id, flags });
    if (bundle.isClosed) this.#refuse(peer, bundle, 'OFPBFC_BUNDLE_CLOSED');
    if (bundle.flags !== flags) this.#refuse(peer, bundle, 'OFPBFC_BAD_FLAGS');
    if (sizeOf(peer) + message.bytes.length > BUNDLES_SIZE_MAX) {
      throw new OfpError('OFPBFC_MSG_TOO_MANY');
    }
    const change = this.#deps.prepare(request.with(message));
    bundle.entries.push({ ...change, message });
    bundle.size += message.bytes.length;
    this.#touch(peer, bundle);
  }

  /** Forgets what a peer has left behind. */
  forget(peer: Peer): void {
    for (const bundle of [...peer.bundles.values()]) this.#drop(peer, bundle);
  }

  #open(request: Request, { id, flags }: BundleControlRequest): void {
    const old = request.peer.bundles.get(id);
    if (old !== undefined) this.#refuse(request.peer, old, 'OFPBFC_BAD_ID');
    this.#create(request, { id, flags });
  }

  #create(
    request: Request,
    { id, flags }: { readonly id: number; readonly flags: number },
  ): Bundle {
    const { peer, message } = request;
    if (peer.bundles.size >= BUNDLES_MAX) throw new OfpError('OFPBFC_OUT_OF_BUNDLES');
    const bundle: Bundle = {
      id,
      flags,
      origin: message,
      entries: [],
      size: 0,
      isClosed: false,
      timer: undefined,
    };
    peer.bundles.set(id, bundle);
    this.#touch(peer, bundle);
    return bundle;
  }

  #touch(peer: Peer, bundle: Bundle): void {
    const { clock } = this.#deps;
    clock.clearTimeout(bundle.timer);
    bundle.timer = clock.setTimeout(() => {
      this.#drop(peer, bundle);
      peer.connection.reply(encodeError(peer.version, 'OFPBFC_TIMEOUT', bundle.origin));
    }, BUNDLE_IDLE_MS_MAX);
  }

  #commit({ peer }: Request, { id, flags }: BundleControlRequest): void {
    const bundle = known(peer, id);
    this.#drop(peer, bundle);
    if (bundle.flags !== flags) throw new OfpError('OFPBFC_BAD_FLAGS');
    const { entries } = bundle;
    if (entries.length === 0) return;
    try {
      const xid = entries[0]?.message.xid ?? 0;
      this.#deps.transact(peer, xid, () => {
        for (const entry of entries) carryOut(entry, bundle);
      });
    } catch (error) {
      if (!(error instanceof EntryError)) throw error;
      peer.connection.reply(encodeError(peer.version, error.error, error.entry.message));
      throw new OfpError('OFPBFC_MSG_FAILED');
    }
    for (const { after } of entries) after?.();
  }

  #close(peer: Peer, { id, flags }: BundleControlRequest): void {
    const bundle = known(peer, id);
    if (bundle.isClosed) this.#refuse(peer, bundle, 'OFPBFC_BUNDLE_CLOSED');
    if (bundle.flags !== flags) this.#refuse(peer, bundle, 'OFPBFC_BAD_FLAGS');
    bundle.isClosed = true;
  }

  /** A bundle that was used wrongly is gone. */
  #refuse(peer: Peer, bundle: Bundle, error: OfpErrorName): never {
    this.#drop(peer, bundle);
    throw new OfpError(error);
  }

  #drop(peer: Peer, bundle: Bundle): void {
    this.#deps.clock.clearTimeout(bundle.timer);
    peer.bundles.delete(bundle.id);
  }
}

/** What is wrong with one message of a bundle. */
class EntryError extends OfpError {
  readonly entry: Entry;

  constructor(entry: Entry, cause: OfpError) {
    super(cause.error, cause.message);
    this.entry = entry;
  }
}

function carryOut(entry: Entry, { flags }: Bundle): void {
  try {
    if (entry.isFinal === true && (flags & BundleFlag.ATOMIC) !== 0) {
      throw new OfpError('OFPBFC_MSG_FAILED');
    }
    entry.change?.();
  } catch (error) {
    throw error instanceof OfpError ? new EntryError(entry, error) : error;
  }
}

function known(peer: Peer, id: number): Bundle {
  const bundle = peer.bundles.get(id);
  if (bundle === undefined) throw new OfpError('OFPBFC_BAD_ID');
  return bundle;
}

function sizeOf(peer: Peer): number {
  let size = 0;
  for (const bundle of peer.bundles.values()) size += bundle.size;
  return size;
}

function reply(request: Request, { id, type, flags }: BundleControlRequest): void {
  const { version, message, peer } = request;
  const answer = (type + 1) as BundleControlType;
  const write = (body: ByteWriter): unknown => body.u32(id).u16(answer).u16(flags);
  if (version > OF13) request.reply('bundle_control', write);
  else peer.connection.reply(encodeOnf(version, OnfType.BUNDLE_CONTROL, message.xid, write));
}
