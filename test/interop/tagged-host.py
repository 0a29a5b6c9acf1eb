"""A host behind a trunk, on a machine whose kernel may know no VLANs: answers ARP and ping.

Usage: tagged-host.py INTERFACE ADDRESS VLAN. Reads frames as they are, sends them tagged, and
ignores what is in no VLAN or in another one.
"""

import socket
import struct
import sys

SOL_PACKET, PACKET_AUXDATA, ETH_P_ALL = 263, 8, 3
interface, address, vlan = sys.argv[1], socket.inet_aton(sys.argv[2]), int(sys.argv[3])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
wire.bind((interface, 0))
wire.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
me = wire.getsockname()[4]


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data[: len(data) // 2 * 2]))
    total += data[-1] << 8 if len(data) % 2 else 0
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def answer(frame):
    kind, body = frame[12:14], frame[14:]
    if kind == b"\x08\x06" and body[6:8] == b"\0\1" and body[24:28] == address:
        return kind + body[:6] + b"\0\2" + me + address + body[8:18]
    if kind == b"\x08\x00" and body[9] == 1 and body[16:20] == address and body[20] == 8:
        echo = b"\0\0\0\0" + body[24:]
        echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
        return kind + body[:12] + body[16:20] + body[12:16] + echo
    return None


print("ready", flush=True)
while True:
    frame, extra, _, source = wire.recvmsg(65535, 256)
    tags = [data for level, name, data in extra if (level, name) == (SOL_PACKET, PACKET_AUXDATA)]
    status, tci = struct.unpack("IIIHHHH", tags[0])[0], struct.unpack("IIIHHHH", tags[0])[5]
    if source[2] == socket.PACKET_OUTGOING or not status & 0x10 or tci & 0xFFF != vlan:
        continue
    found = answer(frame)
    if found is not None:
        wire.send(frame[6:12] + me + struct.pack("!HH", 0x8100, vlan) + found)
