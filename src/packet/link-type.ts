/**
 * Link types of capture files, by the names that tcpdump.org gives them.
 */

export const LINK_TYPE_ETHERNET = 1;

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'NULL'],
  [1, 'ETHERNET'],
  [6, 'IEEE802_5'],
  [10, 'FDDI'],
  [9, 'PPP'],
  [50, 'PPP_HDLC'],
  [51, 'PPP_ETHER'],
  [101, 'RAW'],
  [104, 'C_HDLC'],
  [105, 'IEEE802_11'],
  [107, 'FRELAY'],
  [108, 'LOOP'],
  [113, 'LINUX_SLL'],
  [117, 'PFLOG'],
  [127, 'IEEE802_11_RADIOTAP'],
  [187, 'BLUETOOTH_HCI_H4'],
  [189, 'USB_LINUX'],
  [192, 'PPI'],
  [195, 'IEEE802_15_4_WITHFCS'],
  [228, 'IPV4'],
  [229, 'IPV6'],
  [239, 'NFLOG'],
  [253, 'NETLINK'],
  [276, 'LINUX_SLL2'],
]);

/** `LINUX_SLL2 (276)`, or only the number where it has no common name. */
export function linkTypeText(linkType: number): string {
  const name = NAMES.get(linkType);
  return name === undefined ? String(linkType) : `${name} (${linkType})`;
}
