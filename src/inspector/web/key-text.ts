/**
 * Keys as they are read: the datapath's text of a key begins with fields that nearly every key has
 * and that are nearly always zero, and what tells flows apart comes at its end. Where there is room
 * for some of it only, that comes first. The whole text is in the tip and beside the table.
 */

/** Zero, they say nothing. */
const SILENT_FIELDS =
  '(?:skb_priority|skb_mark|ct_zone|ct_mark|ct_label|recirc_id|dp_hash)\\(0\\)' +
  '|ct_state\\((?:0|(?:-[a-z]+)+)\\)' +
  '|packet_type\\(ns=0,id=0\\)';
const SILENT = new RegExp(`^(?:${SILENT_FIELDS})$`);
const SILENT_IN_TEXT = new RegExp(`(?:${SILENT_FIELDS}),`, 'g');
/** Fields that say the Ethernet type themselves. */
const NETWORK = /^(?:ipv4|ipv6|arp)\(/;

/** What tells flows apart first: "in_port(1),ipv4(…),tcp(…),eth(…)". */
export function shortKey(key: string): string {
  const fields = fieldsOf(key).filter((field) => !SILENT.test(field));
  const isTold = fields.some((field) => NETWORK.test(field));
  const said = fields.filter((field) => !(isTold && field.startsWith('eth_type(')));
  const ethernet = said.filter((field) => field.startsWith('eth('));
  const others = said.filter((field) => !field.startsWith('eth('));
  return [...others, ...ethernet].join(',');
}

/** A sentence with a key in it, without the fields that say nothing. */
export function withoutSilent(text: string): string {
  return text.replace(SILENT_IN_TEXT, '');
}

/** The fields of a key: its parts between the commas that are in no parentheses. */
function fieldsOf(key: string): string[] {
  const fields: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < key.length; i++) {
    const character = key[i];
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character !== ',' || depth > 0) continue;
    fields.push(key.slice(start, i));
    start = i + 1;
  }
  return [...fields, key.slice(start)];
}
