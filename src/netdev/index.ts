/**
 * The door `upcall/netdev`: devices of this machine as ports. Importing it loads nothing that is
 * compiled; opening devices does.
 */

export type { DevicePort } from './device-port.js';
export type { LinkErrors } from './link-message.js';
export {
  type DevicePortRequest,
  type NetworkDevices,
  type NetworkDevicesOptions,
  openNetworkDevices,
} from './network-devices.js';
export { DeviceError } from './open-error.js';
