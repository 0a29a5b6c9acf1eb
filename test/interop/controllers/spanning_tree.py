"""A learning switch with spanning tree (os-ken's stplib), OpenFlow 1.3, quick timers.

Prints "DPID PORT STATE" for every change of a port's state.
"""

from os_ken.base import app_manager
from os_ken.controller import ofp_event
from os_ken.controller.handler import CONFIG_DISPATCHER, MAIN_DISPATCHER, set_ev_cls
from os_ken.lib import dpid as dpids
from os_ken.lib import stplib
from os_ken.lib.packet import ethernet, packet
from os_ken.ofproto import ofproto_v1_3

QUICK = {"hello_time": 1, "max_age": 6, "fwd_delay": 2}
LEARNED = 0x1E
STATES = ["disable", "block", "listen", "learn", "forward"]


class SpanningTree(app_manager.OSKenApp):
    OFP_VERSIONS = [ofproto_v1_3.OFP_VERSION]
    _CONTEXTS = {"stplib": stplib.Stp}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.ports = {}
        kwargs["stplib"].set_config(
            {
                dpids.str_to_dpid("%016x" % number): {"bridge": {"priority": number << 12, **QUICK}}
                for number in (1, 2)
            }
        )

    def add(self, datapath, priority, match, actions, cookie):
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        todo = [parser.OFPInstructionActions(ofp.OFPIT_APPLY_ACTIONS, actions)]
        rule = {"priority": priority, "match": match, "instructions": todo, "cookie": cookie}
        datapath.send_msg(parser.OFPFlowMod(datapath=datapath, **rule))

    @set_ev_cls(ofp_event.EventOFPSwitchFeatures, CONFIG_DISPATCHER)
    def greet(self, event):
        datapath = event.msg.datapath
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        everything = [parser.OFPActionOutput(ofp.OFPP_CONTROLLER, ofp.OFPCML_NO_BUFFER)]
        self.add(datapath, 0, parser.OFPMatch(), everything, 0)

    @set_ev_cls(stplib.EventPacketIn, MAIN_DISPATCHER)
    def forward(self, event):
        message = event.msg
        datapath, in_port = message.datapath, message.match["in_port"]
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        frame = packet.Packet(message.data).get_protocol(ethernet.ethernet)
        known = self.ports.setdefault(datapath.id, {})
        known[frame.src] = in_port
        out = known.get(frame.dst, ofp.OFPP_FLOOD)
        actions = [parser.OFPActionOutput(out)]
        if out != ofp.OFPP_FLOOD:
            pair = parser.OFPMatch(in_port=in_port, eth_dst=frame.dst)
            self.add(datapath, 1, pair, actions, LEARNED)
        datapath.send_msg(
            parser.OFPPacketOut(
                datapath=datapath,
                buffer_id=ofp.OFP_NO_BUFFER,
                in_port=in_port,
                actions=actions,
                data=message.data,
            )
        )

    @set_ev_cls(stplib.EventTopologyChange, MAIN_DISPATCHER)
    def forget(self, event):
        datapath = event.dp
        ofp, parser = datapath.ofproto, datapath.ofproto_parser
        self.ports.pop(datapath.id, None)
        datapath.send_msg(
            parser.OFPFlowMod(
                datapath=datapath,
                command=ofp.OFPFC_DELETE,
                cookie=LEARNED,
                cookie_mask=0xFF,
                out_port=ofp.OFPP_ANY,
                out_group=ofp.OFPG_ANY,
                match=parser.OFPMatch(),
            )
        )

    @set_ev_cls(stplib.EventPortStateChange, MAIN_DISPATCHER)
    def tell(self, event):
        print(event.dp.id, event.port_no, STATES[event.port_state], flush=True)
