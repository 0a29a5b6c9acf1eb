/**
 * Brands: numbers that must not be swapped for one another.
 *
 * A brand costs nothing at run time. The functions of the same name are the only casts;
 * everywhere else a branded value is passed on as it is.
 */

declare const brand: unique symbol;

/** A datapath ("ODP") port number, 32 bits. Answers to OVS's `odp_port_t`. */
export type OdpPort = number & { readonly [brand]: 'OdpPort' };
/** An OpenFlow port number, 16 bits inside the switch. Answers to OVS's `ofp_port_t`. */
export type OfpPort = number & { readonly [brand]: 'OfpPort' };
/** A duration in milliseconds. */
export type Milliseconds = number & { readonly [brand]: 'Milliseconds' };
/** A moment on the switch's clock, in milliseconds; 0 means "never". */
export type Instant = number & { readonly [brand]: 'Instant' };
/** A value of a sequence counter that only grows, from 1. Answers to OVS's `seq`. */
export type SeqNo = number & { readonly [brand]: 'SeqNo' };

export const odpPort = (value: number): OdpPort => value as OdpPort;
export const ofpPort = (value: number): OfpPort => value as OfpPort;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
export const instant = (value: number): Instant => value as Instant;
export const seqNo = (value: number): SeqNo => value as SeqNo;

/** `ODPP_NONE`: no datapath port. */
export const ODPP_NONE = odpPort(0xffff_ffff);
