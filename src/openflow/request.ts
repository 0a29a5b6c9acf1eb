/**
 * A request that is being answered: who asked, what, and of which bridge.
 */

import type { OpenFlowBridge } from './bridge.js';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { bodyOf, encodeMessage, type OfpMessage } from './message.js';
import { OfpError } from './ofp-error.js';
import type { Peer } from './peer.js';
import type { MessageType, OfpVersion } from './protocol.js';
import type { Services } from './services.js';

export class Request {
  readonly bridge: OpenFlowBridge;
  readonly services: Services;
  readonly peer: Peer;
  readonly message: OfpMessage;

  constructor(asked: Pick<Request, 'bridge' | 'services' | 'peer'>, message: OfpMessage) {
    this.bridge = asked.bridge;
    this.services = asked.services;
    this.peer = asked.peer;
    this.message = message;
  }

  get version(): OfpVersion {
    return this.peer.version;
  }

  /** The same peer's request by another message: one of a bundle. */
  with(message: OfpMessage): Request {
    return new Request(this, message);
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
