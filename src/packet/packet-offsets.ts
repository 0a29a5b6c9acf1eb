/**
 * Where the headers of a frame begin: what the executor needs to change a packet in place.
 *
 * Owner: whoever creates one; it is filled by an extraction and good until the packet changes.
 * Answers to the `l2_5_ofs`, `l3_ofs` and `l4_ofs` of OVS's `struct dp_packet`.
 */

/** No such header. */
export const OFFSET_NONE = -1;

/** Offsets in bytes from the first byte of the frame, or `OFFSET_NONE`. */
export class PacketOffsets {
  /** The first MPLS label stack entry. */
  l2_5 = OFFSET_NONE;
  /** Past the Ethernet header, the VLAN tags that were parsed, and the label stack. */
  l3 = OFFSET_NONE;
  /** Past the IPv4 header, or the IPv6 header and its extensions; only of a sane packet. */
  l4 = OFFSET_NONE;
  /** Where the IP packet ends and padding begins; the frame's size where there is no IP packet. */
  end = 0;

  reset(size: number): void {
    this.l2_5 = OFFSET_NONE;
    this.l3 = OFFSET_NONE;
    this.l4 = OFFSET_NONE;
    this.end = size;
  }
}
