/**
 * What the peers of a bridge share, for the handlers of their requests.
 */

import type { Bundles } from './bundles.js';
import type { FlowMonitors } from './flow-monitors.js';
import type { Peer } from './peer.js';
import type { Roles } from './role-handler.js';
import type { RuleListing } from './rule-listing.js';
import type { TlvTable } from './tlv-table.js';

export interface Services {
  readonly roles: Roles;
  readonly monitors: FlowMonitors;
  readonly bundles: Bundles;
  readonly tlvs: TlvTable;
  readonly listing: RuleListing;
  peers(): Iterable<Peer>;
}
