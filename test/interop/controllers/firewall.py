"""A firewall on os-ken, OpenFlow 1.3: two tables, what is allowed in the first, the way in the second.

Allows ARP, and TCP to and from port 8000; says so with rules of their own for IPv4. What it drops it
counts in a rule with a cookie, and asks for that rule's statistics; prints "dropped N" when N changes.
"""

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import hub
from os_ken.ofproto import ofproto_v1_3

DROPPED = 0xD0


class Firewall(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.dropped = 0

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def set_up(self, event):
        datapath = event.msg.datapath
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        allowed = [
            {"eth_type": 0x0806},
            {"eth_type": 0x0800, "ip_proto": 6, "tcp_dst": 8000},
            {"eth_type": 0x0800, "ip_proto": 6, "tcp_src": 8000},
        ]
        forward = parser.OFPActionOutput(ofp.OFPP_NORMAL)
        on = [parser.OFPInstructionGotoTable(1)]
        go = [parser.OFPInstructionActions(ofp.OFPIT_APPLY_ACTIONS, [forward])]
        rules = [(0, 10, match, on, 0) for match in allowed]
        for table, priority, match, todo, cookie in rules + [(0, 1, {}, [], DROPPED), (1, 0, {}, go, 0)]:
            datapath.send_msg(
                parser.OFPFlowMod(
                    datapath=datapath,
                    cookie=cookie,
                    table_id=table,
                    priority=priority,
                    match=parser.OFPMatch(**match),
                    instructions=todo,
                )
            )
        hub.spawn(self.ask, datapath)

    def ask(self, datapath):
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        while True:
            datapath.send_msg(
                parser.OFPFlowStatsRequest(
                    datapath, 0, 0, ofp.OFPP_ANY, ofp.OFPG_ANY, DROPPED, 0xFF, parser.OFPMatch()
                )
            )
            hub.sleep(0.2)

    @set_ev_cls(ofp_event.EventOFPFlowStatsReply, MAIN_DISPATCHER)
    def tell(self, event):
        counts = [rule.packet_count for rule in event.msg.body if rule.priority == 1]
        if counts and counts[0] != self.dropped:
            self.dropped = counts[0]
            print("dropped", self.dropped, flush=True)
