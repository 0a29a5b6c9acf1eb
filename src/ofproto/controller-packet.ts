/**
 * Packets for a controller as 2.3 sends them: at once, by the translation that has the packet, and
 * as the actions before have left it. Profile `ovs-2.3`; later versions let the datapath send them.
 *
 * Answers to `execute_controller_action()` of 2.3.
 */

import { Coverage } from '../base/coverage.js';
import { ActionExecutor } from '../datapath/action-executor.js';
import type { OdpActions } from '../datapath/odp-actions.js';
import { PortTable } from '../datapath/port-table.js';
import type { ControllerCookie, PacketIns } from '../datapath/telemetry.js';
import type { Flow } from '../packet/flow.js';
import type { Packet } from '../packet/packet.js';

export interface ControllerPacket {
  readonly packet: Packet;
  readonly key: Flow;
  /** Those of the translation so far. */
  readonly actions: OdpActions;
  readonly cookie: ControllerCookie;
  readonly vlanLimit: number;
}

/** Gives `packetIns` the packet that `actions` have made of it; outputs are not carried out. */
export function sendToController(to: ControllerPacket, packetIns: PacketIns): void {
  const { packet, key, actions, cookie, vlanLimit } = to;
  const changes = actions.filter(({ type }) => type !== 'output' && type !== 'userspace');
  const executor = new ActionExecutor({
    ports: new PortTable(),
    coverage: new Coverage(),
    vlanLimit,
    sendUp: (_pid, changed, changedKey) => packetIns.received(changed, changedKey, cookie),
  });
  executor.execute(packet.data, key, [...changes, { type: 'userspace', pid: 0, cookie }]);
}
