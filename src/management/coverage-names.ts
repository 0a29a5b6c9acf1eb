/**
 * The names of all coverage counters, those that were never hit too.
 *
 * A counter springs into being with its first hit; who asks for one by name, or how many were never
 * hit, needs the others as well. A test holds this list to what the sources count.
 */

import { uncreditedCauses } from '../actors/udpif-event.js';
import { coverageCounters, coverageCounters2014 } from '../machines/coverage-counters.js';

const DATAPATH = [
  'datapath_drop_invalid_port',
  'datapath_drop_meter',
  'datapath_drop_recirc_error',
  'datapath_drop_rx_invalid_packet',
  'datapath_drop_upcall_error',
  'datapath_drop_userspace_action_error',
  'dpif_flow_del_error',
  'dpif_flow_dump_error',
  'dpif_flow_flush_error',
  'dpif_flow_put_error',
  'dpif_get_stats_error',
];

const SLOW_PATH = ['inspect_omitted_ukey', 'subscriber_error', 'ukey_lost_flow'];

const BRIDGES = [
  'mac_learning_evicted',
  'mac_learning_expired',
  'mac_learning_learned',
  'mac_learning_moved',
  'mcast_snooping_expired',
  'mcast_snooping_learned',
  'ofproto_dpif_expired',
  'ofproto_evict_rule',
  'packet_in_overflow',
  'packet_in_state_forgotten',
  'xlate_actions',
];

/** Answers to `enum revalidate_reason`. */
const REVALIDATIONS = [
  'flow_table',
  'mac_learning',
  'mcast_snooping',
  'port_toggled',
  'reconfigure',
  'stp',
  'rstp',
  'bond',
].map((reason) => `rev_${reason}`);

const FAULTS = ['event', 'ukey', 'translator', 'push', 'telemetry'].map(
  (where) => `upcall_${where}_fault`,
);

const CONTROL = [
  'netdev_gone',
  'ofconn_fault',
  'ofconn_overflow',
  'ofconn_packet_in_dropped',
  'ofconn_packet_in_overflow',
  'ofconn_packet_in_queued',
  'ofconn_snoop_overflow',
  'ofp_error_sent',
  'unixctl_received',
  'unixctl_replied',
];

export const COVERAGE_NAMES: ReadonlySet<string> = new Set([
  ...DATAPATH,
  ...SLOW_PATH,
  ...BRIDGES,
  ...REVALIDATIONS,
  ...FAULTS,
  ...CONTROL,
  ...uncreditedCauses.map((cause) => `upcall_uncredited_${cause}`),
  ...Object.keys(coverageCounters),
  ...Object.keys(coverageCounters2014),
]);
