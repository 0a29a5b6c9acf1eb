/**
 * All who speak OpenFlow to a bridge: takes connections, hands each message to who answers it, and
 * tells every peer what it wants to hear.
 *
 * Owner: the peers and their roles. Answers to `struct connmgr`.
 */

import type { Subscription } from 'rxjs';
import type { Coverage } from '../base/coverage.js';
import type { Log } from '../base/log.js';
import { PacketInReason } from '../ofproto/packet-ins.js';
import { AsyncMessages } from './async-messages.js';
import type { OpenFlowBridge } from './bridge.js';
import { Bundles } from './bundles.js';
import type { Channel } from './channel.js';
import { Connection, type ConnectionEvents } from './connection.js';
import { FlowMonitors } from './flow-monitors.js';
import { handleRequest, prepareBundled } from './handlers.js';
import type { OfpMessage } from './message.js';
import { Peer } from './peer.js';
import { OF13, OFP_VERSIONS, type OfpVersion } from './protocol.js';
import { Request } from './request.js';
import { Roles } from './role-handler.js';
import { RuleListing } from './rule-listing.js';
import type { Services } from './services.js';
import { Snoopers } from './snoopers.js';
import { TlvTable } from './tlv-table.js';

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
  /** Called with every message, from the moment that versions are agreed. */
  readonly heard?: (message: OfpMessage) => void;
  /** Called when the connection is over. */
  readonly ended?: () => void;
}

export class Controllers {
  readonly #options: ControllersOptions;
  /** All connections; those that have agreed on a version have a peer. */
  readonly #peers = new Map<Connection, Peer | undefined>();
  readonly #snoopers: Snoopers;
  readonly #subscriptions: Subscription[];
  readonly #services: Services;

  constructor(options: ControllersOptions) {
    this.#options = options;
    const { bridge, coverage, versions = OFP_VERSIONS } = options;
    const { tables } = bridge.ofproto;
    const monitors = new FlowMonitors(tables);
    const bundles = new Bundles({
      clock: bridge.clock,
      prepare: prepareBundled,
      transact: (peer, xid, task) =>
        monitors.attribute({ peer, xid }, () => bridge.ofproto.transact(task)),
    });
    const peers = (): readonly Peer[] => this.peers;
    this.#snoopers = new Snoopers({ coverage, versions, peers });
    const [roles, tlvs, listing] = [new Roles(), new TlvTable(), new RuleListing(tables)];
    this.#services = { roles, monitors, bundles, tlvs, listing, peers };
    this.#subscriptions = [...new AsyncMessages(bridge).follow(peers), monitors.follow(peers)];
  }

  /** Peers with whom a version is agreed. */
  get peers(): readonly Peer[] {
    return [...this.#peers.values()].filter((peer) => peer !== undefined);
  }

  /** Takes a new connection. */
  accept(channel: Channel, options: PeerOptions): Connection {
    const { bridge, coverage, log, versions = OFP_VERSIONS } = this.#options;
    const events: ConnectionEvents = {
      up: (connection) => {
        this.#peers.set(connection, new Peer(connection, options.isService));
        this.#minded();
      },
      received: (connection, message) => this.#answer(connection, message),
      monitorsTaken: (connection) => {
        const peer = this.#peers.get(connection);
        if (peer !== undefined) this.#services.monitors.resume(peer);
      },
      closed: (connection, reason) => {
        this.#forget(connection);
        const level = options.isService ? 'debug' : 'info';
        log[level]({ peer: connection.name, reason }, 'OpenFlow connection ended');
        options.ended?.();
      },
      ...(options.isService ? {} : { seen: (connection, bytes) => this.#snoop(connection, bytes) }),
      ...(options.heard === undefined ? {} : { heard: options.heard }),
    };
    const { clock } = bridge;
    const deps = { clock, coverage, log, versions, probeMs: options.probeMs };
    const connection = new Connection(channel, deps, events);
    if (connection.isOpen && !this.#peers.has(connection)) this.#peers.set(connection, undefined);
    return connection;
  }

  /** Takes somebody who listens to what controllers and switch say to each other. */
  acceptSnooper(channel: Channel): void {
    this.#snoopers.accept(channel);
  }

  /** Ends all connections. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
    for (const connection of [...this.#peers.keys()]) connection.close('the bridge is going away');
    this.#snoopers.close();
  }

  #answer(connection: Connection, message: OfpMessage): void {
    const peer = this.#peers.get(connection);
    if (peer === undefined) return;
    const { bridge } = this.#options;
    handleRequest(new Request({ bridge, services: this.#services, peer }, message));
    if (message.type !== 'flow_mod') this.#minded();
  }

  /** Up to 1.2, who hears of packets at all expects to hear of those that no rule matched. */
  #minded(): void {
    const { misses } = this.#options.bridge.ofproto;
    misses.isControllerTold = this.peers.some((peer) => {
      if (peer.version >= OF13 || peer.controllerId !== 0) return false;
      return peer.wants('packetIn', PacketInReason.NO_MATCH);
    });
  }

  #forget(connection: Connection): void {
    const peer = this.#peers.get(connection);
    if (peer !== undefined) this.#services.bundles.forget(peer);
    this.#peers.delete(connection);
    this.#minded();
  }

  #snoop(connection: Connection, bytes: Uint8Array): void {
    const peer = this.#peers.get(connection);
    if (peer !== undefined) this.#snoopers.hear(peer, bytes);
  }
}
