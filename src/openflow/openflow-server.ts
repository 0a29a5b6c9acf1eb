/**
 * A bridge of a switch that speaks OpenFlow: listens, dials, and answers.
 *
 * Owner: the listeners and dialers. Answers to `connmgr` with its `ofservice`s and controllers.
 */

import { filter, map, merge, Subject } from 'rxjs';
import type { OfpPort } from '../base/brands.js';
import { type Log, moduleLog, silentLog } from '../base/log.js';
import type { PacketIn } from '../ofproto/packet-ins.js';
import { Packet } from '../packet/packet.js';
import type { Switch } from '../switch.js';
import type { SwitchBridge } from '../switch-bridge.js';
import type { SwitchPort } from '../switch-ports.js';
import type { OpenFlowBridge } from './bridge.js';
import type { Channel } from './channel.js';
import { Controllers } from './controllers.js';
import { Dialer } from './dialer.js';
import { FailMode, type FailModeName } from './fail-mode.js';
import { type Listener, listen } from './listener.js';
import { nudgeOf } from './nudge.js';
import type { PortCounters, PortDescription } from './port-codec.js';
import type { OfpVersion } from './protocol.js';
import { formatTarget, parseTarget } from './target.js';
import type { TlsFiles } from './tls-files.js';

export interface OpenFlowOptions {
  /** A bridge's name; the first one without. */
  readonly bridge?: string;
  /** 64 bits; made of the bridge's place among its sisters unless given. */
  readonly datapathId?: bigint;
  /** Default: all, 1.0 to 1.5. */
  readonly versions?: readonly OfpVersion[];
  readonly log?: Log;
  /** For `ssl:` and `pssl:`; without, those targets are refused. */
  readonly tls?: TlsFiles;
  /** Milliseconds of silence before a controller is probed; 0: never. Default: 5,000. */
  readonly probeMs?: number;
  /**
   * What the bridge does while it has no controller: forward by addresses ("standalone"; its rules
   * go when a controller is added, or is away for too long), or nothing. Default: "secure".
   */
  readonly failMode?: FailModeName;
}

/** `inactivity_probe` of a controller. */
const PROBE_MS_DEFAULT = 5_000;

/**
 * Makes a bridge speak OpenFlow; it listens nowhere yet.
 *
 * @example
 * import { createSwitch } from 'upcall';
 * import { serveOpenFlow } from 'upcall/openflow';
 *
 * const sw = createSwitch({ ports: 2 });
 * const server = serveOpenFlow(sw);
 * const { target } = await server.listen('ptcp:0:127.0.0.1');
 * assert.match(target, /^ptcp:\d+:127\.0\.0\.1$/); // ovs-ofctl add-flow tcp:127.0.0.1:PORT …
 * await server.close();
 * await sw.stop();
 */
export function serveOpenFlow(target: Switch, options: OpenFlowOptions = {}): OpenFlowServer {
  return new OpenFlowServer(target, options);
}

export class OpenFlowServer {
  readonly controllers: Controllers;
  readonly #switch: Switch;
  readonly #options: OpenFlowOptions;
  readonly #listeners: Listener[] = [];
  readonly #dialers: Dialer[] = [];
  readonly #failMode: FailMode | undefined;

  constructor(target: Switch, options: OpenFlowOptions) {
    this.#switch = target;
    this.#options = options;
    const { log = silentLog, versions } = options;
    const nudges = new Subject<readonly PacketIn[]>();
    const bridge = new SwitchedBridge(target, options, nudges);
    const { coverage } = target;
    this.controllers = new Controllers({
      bridge,
      coverage,
      log: moduleLog(log, 'connmgr'),
      ...(versions === undefined ? {} : { versions }),
    });
    if (options.failMode !== 'standalone') return;
    this.#failMode = new FailMode({
      tables: bridge.ofproto.tables,
      clock: target.clock,
      log: moduleLog(log, 'fail_open'),
      probeMs: options.probeMs ?? PROBE_MS_DEFAULT,
      nudge: () => nudges.next([nudgeOf(bridge.ofproto)]),
    });
  }

  /** What became of fail mode "standalone": "alone", "waiting", "guided" or "open". */
  get failState(): string | undefined {
    return this.#failMode?.state;
  }

  /** Waits at `ptcp:`, `pssl:` or `punix:` for connections; where it listens in fact, a target. */
  async listen(text: string): Promise<{ readonly target: string; readonly port: number }> {
    const accept = (channel: Channel): void => {
      this.controllers.accept(channel, { isService: true, probeMs: 0 });
    };
    return this.#keep(await listen(parseTarget(text), accept, this.#options.tls));
  }

  /** Waits for those who want to hear what controllers and switch say to each other. */
  async listenSnoop(text: string): Promise<{ readonly target: string; readonly port: number }> {
    const accept = (channel: Channel): void => this.controllers.acceptSnooper(channel);
    return this.#keep(await listen(parseTarget(text), accept, this.#options.tls));
  }

  /** Keeps a connection to a controller at `tcp:`, `ssl:` or `unix:` up. */
  connect(text: string): Dialer {
    const { log = silentLog, probeMs = PROBE_MS_DEFAULT, tls } = this.#options;
    const dialer = new Dialer(parseTarget(text), {
      clock: this.#switch.clock,
      log: moduleLog(log, 'rconn'),
      ...(tls === undefined ? {} : { tls }),
      accept: (channel, ended) => {
        const watch = this.#failMode?.watch();
        this.controllers.accept(channel, {
          isService: false,
          probeMs,
          heard: (message) => watch?.heard(message),
          ended: () => {
            watch?.ended();
            ended();
          },
        });
      },
    });
    this.#dialers.push(dialer);
    this.#failMode?.addController();
    return dialer;
  }

  async close(): Promise<void> {
    this.#failMode?.close();
    for (const dialer of this.#dialers) dialer.stop();
    this.controllers.close();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  #keep(listener: Listener): { target: string; port: number } {
    this.#listeners.push(listener);
    const { target } = listener;
    const port = target.kind === 'unix' ? 0 : target.port;
    return { target: formatTarget(target), port };
  }
}

/** A bridge of a switch, as OpenFlow sees it. */
class SwitchedBridge implements OpenFlowBridge {
  readonly #switch: Switch;
  readonly #bridge: SwitchBridge;
  readonly datapathId: bigint;
  readonly packetIns: OpenFlowBridge['packetIns'];
  readonly description: OpenFlowBridge['description'];
  readonly #startedAt: number;

  constructor(
    target: Switch,
    { bridge, datapathId }: OpenFlowOptions,
    nudges: OpenFlowBridge['packetIns'],
  ) {
    this.#switch = target;
    this.#bridge = target.bridge(bridge);
    this.datapathId = datapathId ?? DATAPATH_IDS + BigInt(target.bridges.indexOf(this.#bridge));
    this.#startedAt = target.clock.now();
    const { uuid } = this.ofproto;
    const ofBridge = target.packetIns.pipe(
      map((batch) => batch.filter(({ ofprotoUuid }) => ofprotoUuid === uuid)),
      filter((batch) => batch.length > 0),
    );
    this.packetIns = merge(ofBridge, nudges);
    this.description = {
      manufacturer: 'upcall',
      hardware: 'Open vSwitch',
      software: 'upcall',
      serial: 'None',
      datapath: this.#bridge.name,
    };
  }

  get ofproto(): OpenFlowBridge['ofproto'] {
    return this.#bridge.ofproto;
  }

  get clock(): OpenFlowBridge['clock'] {
    return this.#switch.clock;
  }

  ports(): readonly PortDescription[] {
    return this.ofproto.ports.map(({ name, ofpPort, config }) => {
      const link = this.#port(ofpPort)?.link;
      return {
        port: ofpPort,
        name,
        address: link?.address ?? this.#addressOf(ofpPort),
        isDown: link?.isUp === false,
        isLinkDown: link?.hasCarrier === false,
        config,
        current: 0,
        advertised: 0,
        supported: 0,
        peer: 0,
        currentSpeed: 0,
        maxSpeed: 0,
      };
    });
  }

  counters(number: OfpPort): PortCounters | undefined {
    const durationMs = this.clock.now() - this.#startedAt;
    const patch = this.ofproto.port(number)?.patch;
    if (patch !== undefined) return { port: number, ...patch.counters, ...UNCOUNTED, durationMs };
    const stats = this.#port(number)?.stats;
    if (stats === undefined) return undefined;
    return { port: number, ...stats, rxErrors: 0, txErrors: 0, durationMs };
  }

  setPortDown(port: OfpPort, isDown: boolean): void {
    this.#port(port)?.setUp(!isDown);
  }

  packetOut(
    inPort: OfpPort,
    actions: Parameters<OpenFlowBridge['packetOut']>[1],
    data: Uint8Array,
  ) {
    this.#switch.packetOut(this.#bridge, { inPort, actions, packet: new Packet(data) });
  }

  /** Of a port without a wire: no datapath number tells patch ports apart; bridge and number do. */
  #addressOf(number: OfpPort): Uint8Array {
    const bridge = this.#switch.bridges.indexOf(this.#bridge) + 1;
    return Uint8Array.of(0x02, 0x00, bridge >>> 8, bridge & 0xff, number >>> 8, number & 0xff);
  }

  resume(state: Parameters<OpenFlowBridge['resume']>[0], data: Uint8Array): void {
    this.#switch.resume(state, new Packet(data));
  }

  #port(number: OfpPort): SwitchPort | undefined {
    const bridge = this.#bridge.name;
    return this.#switch.ports.find((port) => port.bridge === bridge && port.number === number);
  }
}

/** Locally administered; OVS makes datapath ids of addresses as well. */
const DATAPATH_IDS = 0x0000_0200_0000_0000n;

/** What happens to no packet on its way between two bridges. */
const UNCOUNTED = {
  rxDropped: undefined,
  txDropped: undefined,
  rxErrors: undefined,
  txErrors: undefined,
} as const;
