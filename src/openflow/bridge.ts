/**
 * What OpenFlow needs of a bridge besides its `Ofproto`: the ports as hardware, the clock, a way
 * for packets out.
 *
 * The composition root implements it (`src/switch-openflow.ts`); tests have one by hand.
 */

import type { Observable } from 'rxjs';
import type { OfpPort } from '../base/brands.js';
import type { Clock } from '../base/clock.js';
import type { FrozenState } from '../ofproto/frozen-states.js';
import type { Ofpacts } from '../ofproto/ofpact.js';
import type { Ofproto } from '../ofproto/ofproto.js';
import type { PacketIn } from '../ofproto/packet-ins.js';
import type { SwitchDescription } from './features-codec.js';
import type { PortCounters, PortDescription } from './port-codec.js';

export interface OpenFlowBridge {
  readonly ofproto: Ofproto;
  readonly datapathId: bigint;
  readonly description: SwitchDescription;
  readonly clock: Clock;
  /** Packets that `controller` actions of this bridge sent up. */
  readonly packetIns: Observable<readonly PacketIn[]>;
  /** Ascending by number. */
  ports(): readonly PortDescription[];
  counters(port: OfpPort): PortCounters | undefined;
  /** Takes a port's link down, or up again. */
  setPortDown(port: OfpPort, isDown: boolean): void;
  /** Sends `packet` through `actions`, as if it had come in at `inPort`. */
  packetOut(inPort: OfpPort, actions: Ofpacts, packet: Uint8Array): void;
  /** Lets a packet go on that has waited for a controller. */
  resume(state: FrozenState, packet: Uint8Array): void;
}
