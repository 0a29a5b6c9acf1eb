/**
 * What the slow path says where the versions differ in it.
 *
 * All of it is rate-limited by the caller. Row U-038; the seed's messages are in behaviours.md 1.3.
 */

export interface ProfileMessages {
  /** A packet came from a datapath port that no bridge has. */
  unassociatedPort(port: number): string;
  /** A put was refused; undefined: that is not said. */
  limitReached(flowLimit: number): string | undefined;
}

/** Profile `current`. */
export const MESSAGES: ProfileMessages = {
  unassociatedPort: (port) =>
    `received packet on unassociated datapath port ${port} (no OpenFlow port has it)`,
  limitReached: (flowLimit) => `upcall: datapath reached the dynamic limit of ${flowLimit} flows.`,
};

/** Profile `ovs-2.3`. */
export const MESSAGES_2014: ProfileMessages = {
  unassociatedPort: (port) => `received packet on unassociated datapath port ${port}`,
  limitReached: () => undefined,
};
