/**
 * What Open vSwitch's programs print, made into what their files hold: lines of a reply's head are
 * blank, so that places in messages stay true; only a meter's lines become one.
 */

/** `NXST_FLOW reply (xid=0x4):` and its like. */
const REPLY = /^(?:NXST|OFPST|OFPT)_?\w* reply\b.*$/gm;
/** Rules of the switch itself, as `ovs-appctl bridge/dump-flows` shows them. */
const HIDDEN = /^.*\btable_id=254\b.*$/gm;

/** Bands of a meter have lines of their own. */
const BAND = /\n(type=[^\n]*)/g;

/** Text that may be of `ovs-ofctl dump-flows` or `dump-groups`. */
export function plainLines(text: string): string {
  const shown = text.replace(REPLY, '').replace(HIDDEN, '');
  return shown.replace(/\btable_id=/g, 'table=');
}

/** Text that may be of `ovs-ofctl dump-meters`. */
export function plainMeters(text: string): string {
  return plainLines(text).replace(BAND, ' $1');
}
