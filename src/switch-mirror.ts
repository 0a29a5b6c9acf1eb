/**
 * A mirror in the words of the columns of Open vSwitch's Mirror table, with ports by name.
 *
 * The bridge knows mirrors by the numbers of ports (`MirrorOptions`); this is what people write.
 */

import type { OfpPort } from './base/brands.js';
import { UpcallError } from './base/errors.js';
import type { MirrorOptions } from './ofproto/mirror.js';

type SharedColumns = Pick<MirrorOptions, 'name' | 'selectAll' | 'outputVlan' | 'snaplen'>;

export interface MirrorColumns extends SharedColumns {
  /** Ports whose packets are copied as they enter. */
  readonly selectSrcPort?: readonly string[] | undefined;
  /** Ports whose packets are copied as they leave. */
  readonly selectDstPort?: readonly string[] | undefined;
  /** Only packets of these VLANs are copied. Default: all. */
  readonly selectVlan?: MirrorOptions['selectVlans'];
  /** Where copies go; the port then takes part in nothing else. */
  readonly outputPort?: string | undefined;
}

/** A mirror and its counters, at the moment they were asked for. */
export interface MirrorState {
  readonly name: string;
  readonly packets: number;
  readonly bytes: number;
}

/** `numberOf` finds a port of the bridge. Throws an `UpcallError` for one that is not there. */
export function mirrorOptionsOf(
  columns: MirrorColumns,
  numberOf: (port: string) => OfpPort | undefined,
): MirrorOptions {
  const { name, selectAll, selectVlan, outputPort, outputVlan, snaplen } = columns;
  const find = (port: string): OfpPort => {
    const number = numberOf(port);
    if (number !== undefined) return number;
    throw new UpcallError(`Cannot add mirror "${name}": the bridge has no port "${port}"`);
  };
  return {
    name,
    selectAll,
    selectSrcPorts: columns.selectSrcPort?.map(find),
    selectDstPorts: columns.selectDstPort?.map(find),
    selectVlans: selectVlan,
    outputPort: outputPort === undefined ? undefined : find(outputPort),
    outputVlan,
    snaplen,
  };
}
