/**
 * A request that is being answered: who asked, what, and of which bridge.
 */

import { UpcallError } from '../base/errors.js';
import type { OpenFlowBridge } from './bridge.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { bodyOf, encodeMessage, type OfpMessage } from './message.js';
import { OfpError } from './ofp-error.js';
import type { Peer } from './peer.js';
import type { MessageType, OfpVersion } from './protocol.js';

export class Request {
  readonly bridge: OpenFlowBridge;
  readonly peer: Peer;
  readonly message: OfpMessage;

  constructor(bridge: OpenFlowBridge, peer: Peer, message: OfpMessage) {
    this.bridge = bridge;
    this.peer = peer;
    this.message = message;
  }

  get version(): OfpVersion {
    return this.peer.version;
  }

  /** Reads the message behind its header. */
  body(): ByteReader {
    return bodyOf(this.message);
  }

  /** Answers with a message of the request's xid. */
  reply(type: MessageType, write?: (body: ByteWriter) => void): void {
    this.peer.connection.reply(encodeMessage(this.version, type, this.message.xid, write));
  }

  /** Only whoever may change the switch goes on. */
  requireWriter(): void {
    if (!this.peer.mayWrite) throw new OfpError('OFPBRC_IS_SECONDARY');
  }
}

/** Runs what `src/ofproto/` may refuse; a refusal without a number of its own is `otherwise`. */
export function carryOut<Result>(
  task: () => Result,
  otherwise: OfpError['error'] = 'OFPBRC_EPERM',
): Result {
  try {
    return task();
  } catch (error) {
    if (error instanceof OfpError || !(error instanceof UpcallError)) throw error;
    throw new OfpError(otherwise, error.message);
  }
}
