/**
 * CRC-32C (Castagnoli), SCTP's checksum. Answers to OVS's `lib/crc32c.c`.
 */

const POLYNOMIAL = 0x82f6_3b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
  return crc;
});

/** The CRC of the bytes from `start` to `end`, unsigned; SCTP sends its lowest byte first. */
export function crc32c(data: Uint8Array, start: number, end: number): number {
  let crc = 0xffff_ffff;
  for (let at = start; at < end; at++) {
    const index = (crc ^ (data[at] ?? 0)) & 0xff;
    crc = (TABLE[index] ?? 0) ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
