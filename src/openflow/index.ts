/**
 * The door `upcall/openflow`: bridges of a switch that speak OpenFlow 1.0 to 1.5.
 */

export { Dialer } from './dialer.js';
export { type OpenFlowOptions, OpenFlowServer, serveOpenFlow } from './openflow-server.js';
export type { PacketInCounts, PacketInLimits } from './packet-in-scheduler.js';
export { OF10, OF11, OF12, OF13, OF14, OF15, type OfpVersion } from './protocol.js';
export type { TlsFiles } from './tls-files.js';
