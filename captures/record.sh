#!/usr/bin/env bash
# Records captures/bundled.pcap: real programs talking across a switch.
#
# Needs root, and ip, tcpdump, ethtool, dnsmasq, iperf3, curl, ping, python3 and Open vSwitch. Makes
# network namespaces of its own (upcall-*) with everything inside, and removes them at the end, come
# what may. Nothing leaves them.
#
#   sudo captures/record.sh [OUTPUT]        (default: captures/bundled.pcap)
#
# A private ovs-vswitchd with its userspace datapath switches: it needs no kernel module, its access
# ports tag the VLANs where a kernel has none, and its mirror shows tcpdump every frame once, with
# the tag. The network:
#   web  10.0.0.10 fd00:0::10  HTTP and iperf3 server       ann, bob  10.0.0.21, .22  people
#   dns  10.0.0.53 fd00:0::53  dnsmasq                      cam, rec  10.7.0.31, .32  VLAN 7
#                                                         pos, til  10.8.0.41, .42  VLAN 8
set -euo pipefail

OUTPUT=$(realpath -m "${1:-$(dirname "$0")/bundled.pcap}")
PREFIX=upcall
HOSTS=(web dns ann bob cam rec pos til)
WORK=$(mktemp -d)
JOBS=()

clean_up() {
  local status=$? host
  if [ "$status" != 0 ] && [ -f "$WORK/log" ]; then tail -n 20 "$WORK/log" >&2; fi
  for job in "${JOBS[@]}"; do kill "$job" 2>/dev/null || true; done
  wait
  for host in "${HOSTS[@]}" switch; do
    ip netns del "$PREFIX-$host" 2>/dev/null || true
    rm -rf "/etc/netns/$PREFIX-$host"
  done
  rm -rf "$WORK"
}
trap clean_up EXIT

# on HOST COMMAND...: runs it there.
on() {
  local host=$1
  shift
  ip netns exec "$PREFIX-$host" "$@"
}

# start HOST COMMAND...: the same in the background, until the end.
start() {
  local host=$1
  shift
  ip netns exec "$PREFIX-$host" "$@" >>"$WORK/log" 2>&1 &
  JOBS+=($!)
}

start_switch() {
  local database=unix:$WORK/db.sock
  export OVS_RUNDIR=$WORK OVS_LOGDIR=$WORK OVS_DBDIR=$WORK OVS_SYSCONFDIR=$WORK
  ip netns add "$PREFIX-switch"
  on switch sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
  ovsdb-tool create "$WORK/conf.db" /usr/share/openvswitch/vswitch.ovsschema
  start switch ovsdb-server "$WORK/conf.db" "--remote=p$database"
  until [ -S "$WORK/db.sock" ]; do sleep 0.1; done
  vsctl=(ovs-vsctl "--db=$database")
  "${vsctl[@]}" --no-wait init
  start switch ovs-vswitchd --disable-system "$database"
  "${vsctl[@]}" add-br br0 -- set bridge br0 datapath-type=netdev
  on switch ip link add mirror type veth peer name tap
  on switch ip link set mirror up
  on switch ip link set tap up
  "${vsctl[@]}" add-port br0 mirror -- --id=@out get port mirror \
    -- --id=@all create mirror name=all select-all=true output-port=@out \
    -- set bridge br0 mirrors=@all >/dev/null
  start switch tcpdump -i tap -s 0 -U --immediate-mode -w "$WORK/all.pcap"
  sleep 1
}

# attach HOST MAC NUMBER [VLAN]: a namespace with a cable to the switch; with a VLAN, at an access
# port, so that the host knows nothing of it.
attach() {
  local host=$1 mac=$2 number=$3 vlan=${4:-0}
  local tag=()
  if [ "$vlan" != 0 ]; then tag=("tag=$vlan"); fi
  ip netns add "$PREFIX-$host"
  mkdir -p "/etc/netns/$PREFIX-$host"
  echo 'nameserver 10.0.0.53' >"/etc/netns/$PREFIX-$host/resolv.conf"
  ip link add eth0 netns "$PREFIX-$host" address "$mac" type veth \
    peer name "$host" netns "$PREFIX-switch"
  # Real checksums and real frame sizes, as on a wire.
  on "$host" ethtool -K eth0 tx off rx off gso off tso off gro off >/dev/null
  on switch ip link set "$host" up
  "${vsctl[@]}" add-port br0 "$host" "${tag[@]}"
  on "$host" ip link set lo up
  on "$host" ip address add "10.$vlan.0.$number/24" dev eth0
  on "$host" ip -6 address add "fd00:$vlan::$number/64" dev eth0 nodad
  on "$host" ip link set eth0 up
}

build_network() {
  attach web 02:00:00:00:00:01 10
  attach dns 02:00:00:00:00:02 53
  attach ann 02:00:00:00:00:03 21
  attach bob 02:00:00:00:00:04 22
  attach cam 02:00:00:00:00:05 31 7
  attach rec 02:00:00:00:00:06 32 7
  attach pos 02:00:00:00:00:07 41 8
  attach til 02:00:00:00:00:08 42 8
}

start_servers() {
  local page
  mkdir "$WORK/www"
  for page in {1..40}; do head -c $((page * 150)) /dev/zero | tr '\0' x >"$WORK/www/$page.txt"; done
  start web python3 -m http.server 80 --bind :: --directory "$WORK/www"
  start rec python3 -m http.server 8080 --directory "$WORK/www"
  start web iperf3 -s
  start til iperf3 -s -p 5300
  start dns dnsmasq --keep-in-foreground --no-resolv --no-hosts --conf-file=/dev/null \
    --user=root --host-record=web.lab,10.0.0.10,fd00:0::10 --host-record=dns.lab,10.0.0.53 \
    --address=/shop.lab/10.0.0.10
  sleep 1
}

# One page each: a DNS query for A and AAAA, then a connection of its own.
browse() {
  local host=$1 from=$2 to=$3 page
  for page in $(seq "$from" "$to"); do
    on "$host" curl -sS -o /dev/null --max-time 5 "$4/$page.txt" || true
  done
}

run_traffic() {
  # Everyone finds everyone: ARP, neighbour discovery, echo.
  on ann ping -q -c 3 -i 0.2 10.0.0.10
  on bob ping -q -c 3 -i 0.2 10.0.0.21
  on ann ping -q -c 3 -i 0.2 fd00:0::10
  on cam ping -q -c 3 -i 0.2 10.7.0.32
  on pos ping -q -c 3 -i 0.2 fd00:8::42
  on ann ping -q -c 2 -s 4000 10.0.0.22
  # An hour at the office, in seconds.
  browse ann 1 25 http://web.lab &
  browse bob 10 30 http://shop.lab
  wait $!
  browse bob 1 10 'http://[fd00:0::10]'
  browse cam 1 15 http://10.7.0.32:8080
  # Names that are not there.
  browse ann 1 5 http://nowhere.lab
  # A port scan, as a shell makes it: refused connections.
  for port in {20..60}; do on bob bash -c "exec 3<>/dev/tcp/10.0.0.10/$port" || true; done
  # Nothing for longer than max-idle: the revalidators clean up.
  on ann ping -q -c 14 -i 1 10.0.0.10
  # Bulk, trimmed: four streams, UDP, and one inside a VLAN.
  on ann iperf3 -c 10.0.0.10 -P 4 -n 48K -l 16K
  on bob iperf3 -c fd00:0::10 -u -n 64K -b 2M -l 1200
  on pos iperf3 -c 10.8.0.42 -p 5300 -n 128K -l 16K
  browse ann 30 40 http://web.lab
  # Silence again, but for one.
  on cam ping -q -c 12 -i 1 10.7.0.32
}

clean_up
WORK=$(mktemp -d)
start_switch
build_network
start_servers
run_traffic >>"$WORK/log" 2>&1
sleep 1
cp "$WORK/all.pcap" "$OUTPUT"
chmod 644 "$OUTPUT"
ls -l "$OUTPUT"
