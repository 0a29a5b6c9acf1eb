/**
 * All who speak OpenFlow to a bridge: takes connections, hands each message to who answers it, and
 * tells every peer what it wants to hear.
 *
 * Owner: the peers and their roles. Answers to `struct connmgr`.
 */

import type { Subscription } from 'rxjs';
import type { Coverage } from '../base/coverage.js';
import type { Log } from '../base/log.js';
import { AsyncMessages } from './async-messages.js';
import type { OpenFlowBridge } from './bridge.js';
import type { Channel } from './channel.js';
import { Connection, type ConnectionEvents } from './connection.js';
import { handleFlowMod } from './flow-mod-handler.js';
import type { OfpMessage } from './message.js';
import { handleVendor } from './nicira-handler.js';
import { OfpError } from './ofp-error.js';
import { Peer } from './peer.js';
import { type MessageType, OF13, OFP_VERSIONS, type OfpVersion } from './protocol.js';
import { Request } from './request.js';
import { handleGetAsync, handleSetAsync, handleSetAsync14, Roles } from './role-handler.js';
import { handleStats } from './stats-handler.js';
import {
  handleBarrier,
  handleFeatures,
  handleGetConfig,
  handlePacketOut,
  handlePortMod,
  handleSetConfig,
} from './switch-handlers.js';

export interface ControllersOptions {
  readonly bridge: OpenFlowBridge;
  readonly coverage: Coverage;
  readonly log: Log;
  /** Default: all. */
  readonly versions?: readonly OfpVersion[];
}

/** How a connection came about. */
export interface PeerOptions {
  /** Somebody's tool, not a controller. */
  readonly isService: boolean;
  /** Milliseconds of silence before a probe; 0: never. */
  readonly probeMs: number;
  /** Called when the connection is over. */
  readonly ended?: () => void;
}

export class Controllers {
  readonly #options: ControllersOptions;
  readonly #peers = new Map<Connection, Peer>();
  readonly #roles = new Roles();
  readonly #async: AsyncMessages;
  readonly #snoopers = new Set<Channel>();
  readonly #subscriptions: Subscription[];
  readonly #handlers: Readonly<Partial<Record<MessageType, (request: Request) => void>>>;

  constructor(options: ControllersOptions) {
    this.#options = options;
    this.#async = new AsyncMessages(options.bridge);
    this.#subscriptions = this.#async.follow(() => this.#peers.values());
    this.#handlers = {
      features_request: handleFeatures,
      get_config_request: handleGetConfig,
      set_config: handleSetConfig,
      packet_out: handlePacketOut,
      flow_mod: handleFlowMod,
      port_mod: handlePortMod,
      stats_request: handleStats,
      barrier_request: handleBarrier,
      role_request: (request) => this.#roles.handle(request, this.#peers.values()),
      get_async_request: handleGetAsync,
      set_async: (request) =>
        request.version === OF13
          ? handleSetAsync(request, request.body())
          : handleSetAsync14(request),
      vendor: (request) =>
        handleVendor(request, { roles: this.#roles, peers: this.#peers.values() }),
    };
  }

  /** Peers with whom a version is agreed. */
  get peers(): readonly Peer[] {
    return [...this.#peers.values()];
  }

  /** Takes a new connection. */
  accept(channel: Channel, options: PeerOptions): Connection {
    const { bridge, coverage, log, versions = OFP_VERSIONS } = this.#options;
    const events: ConnectionEvents = {
      up: (connection) => this.#peers.set(connection, new Peer(connection, options.isService)),
      received: (connection, message) => this.#answer(connection, message),
      closed: (connection, reason) => {
        this.#peers.delete(connection);
        log.info({ peer: connection.name, reason }, 'OpenFlow connection ended');
        options.ended?.();
      },
      ...(options.isService ? {} : { seen: (bytes) => this.#snoop(bytes) }),
    };
    const { clock } = bridge;
    return new Connection(
      channel,
      { clock, coverage, log, versions, probeMs: options.probeMs },
      events,
    );
  }

  /** Takes somebody who listens to what controllers and switch say to each other. */
  acceptSnooper(channel: Channel): void {
    this.#snoopers.add(channel);
    channel.follow({
      received: () => {},
      drained: () => {},
      closed: () => this.#snoopers.delete(channel),
    });
  }

  /** Ends all connections. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    for (const connection of [...this.#peers.keys()]) connection.close('the bridge is going away');
    for (const snooper of this.#snoopers) snooper.end();
  }

  #answer(connection: Connection, message: OfpMessage): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined || message.type === undefined) return;
    const handler = this.#handlers[message.type];
    if (handler === undefined) throw new OfpError('OFPBRC_BAD_TYPE', message.type);
    handler(new Request(this.#options.bridge, peer, message));
  }

  #snoop(bytes: Uint8Array): void {
    for (const snooper of this.#snoopers) snooper.write(bytes);
  }
}
