import { describe, expect, it } from 'vitest';
import type { ControllerCookie } from '../../src/datapath/telemetry.js';
import type { XlateRequest } from '../../src/datapath/translator.js';
import { PACKET_INS_MAX, type PacketIn, PacketInReason } from '../../src/ofproto/packet-ins.js';
import { IN_PORT, METADATA, REGS } from '../../src/packet/flow-layout.js';
import { Packet } from '../../src/packet/packet.js';
import { BridgeFixture, parsePacket } from './bridge-fixture.js';

const PACKET = 'tcp,in_port=2,tp_dst=80,nw_ttl=1';

/** The cookies of the controller actions for a packet. */
function cookiesOf(fixture: BridgeFixture, packet: string, options: Partial<XlateRequest> = {}) {
  const { actions } = fixture.translate(packet, { mayLearn: true, ...options });
  return actions.flatMap((action): ControllerCookie[] =>
    action.type === 'userspace' && action.cookie.type === 'controller' ? [action.cookie] : [],
  );
}

/** Sends a packet up as the datapath would, `count` times; what arrives. */
function sendUp(fixture: BridgeFixture, cookie: ControllerCookie, count = 1): PacketIn[] {
  const arrived: PacketIn[] = [];
  fixture.translator.packetIns.subscribe((batch) => arrived.push(...batch));
  const key = parsePacket(PACKET);
  for (let i = 0; i < count; i++) {
    const ingress = fixture.translator.receive(key);
    if (ingress === 'ENODEV') throw new Error('no such port');
    ingress.packetIns?.received(new Packet(new Uint8Array(60)), key, cookie);
  }
  expect(arrived).toEqual([]);
  fixture.clock.advance(0);
  return arrived;
}

describe('controller action', () => {
  it('says why, whose and how much', () => {
    const fixture = new BridgeFixture(
      'cookie=0x1122334455667788,tcp,actions=controller(max_len=128,reason=no_match,id=7)',
    );
    expect(cookiesOf(fixture, PACKET)[0]).toMatchObject({
      reason: PacketInReason.NO_MATCH,
      ruleCookie: 0x1122334455667788n,
      controllerId: 7,
      maxLength: 128,
      dontSend: false,
    });
  });

  it('is an explicit miss in a rule that matches everything with priority 0', () => {
    const fixture = new BridgeFixture('priority=0,actions=controller', 'udp,actions=controller');
    expect(cookiesOf(fixture, PACKET)[0]?.reason).toBe(PacketInReason.EXPLICIT_MISS);
    expect(cookiesOf(fixture, 'udp,in_port=1')[0]?.reason).toBe(PacketInReason.ACTION);
  });

  it('comes of a TTL that would reach zero, and ends its rule', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=resubmit(,1),output:3',
      'table=1,actions=dec_ttl,output:4',
    );
    expect(cookiesOf(fixture, PACKET)[0]?.reason).toBe(PacketInReason.INVALID_TTL);
    expect(fixture.translate(PACKET).actions.at(-1)).toEqual({ type: 'output', port: 3 });
    expect(fixture.translate(PACKET).actions).toHaveLength(2);
  });

  it('is not to be sent where nothing may come of the translation', () => {
    const fixture = new BridgeFixture('actions=controller');
    expect(cookiesOf(fixture, PACKET, { mayLearn: false })[0]?.dontSend).toBe(true);
    const cache = fixture.translator.createCache();
    expect(cookiesOf(fixture, PACKET, { mayLearn: false, cache })[0]?.dontSend).toBe(false);
  });

  it('has the same number for the same state of the pipeline, and another for another', () => {
    const fixture = new BridgeFixture(
      'tcp,actions=set_field:5->reg0,controller,set_field:6->reg0,controller',
    );
    const [first, second] = cookiesOf(fixture, PACKET);
    expect(first?.recircId).not.toBe(second?.recircId);
    expect(cookiesOf(fixture, PACKET)[0]?.recircId).toBe(first?.recircId);
  });
});

describe('PacketInQueue.received()', () => {
  it('hands out what the pipeline knew, in a turn of its own', () => {
    const fixture = new BridgeFixture(
      'table=0,actions=set_field:5->reg0,set_field:9->metadata,goto_table:4',
      'table=4,cookie=0x33,tcp,actions=controller:64',
    );
    const [cookie] = cookiesOf(fixture, PACKET);
    if (cookie === undefined) throw new Error('no controller action');
    const [packetIn] = sendUp(fixture, cookie);
    expect(packetIn).toMatchObject({ table: 4, cookie: 0x33n, maxLength: 64, reason: 1 });
    expect(packetIn?.packet.size).toBe(60);
    const { flow } = packetIn ?? {};
    expect([flow?.[REGS], flow?.[METADATA + 1], flow?.[IN_PORT]]).toEqual([5, 9, 2]);
  });

  it('bears a subscriber that throws, and tells the others all the same', () => {
    const fixture = new BridgeFixture('actions=controller');
    fixture.translator.packetIns.subscribe(() => {
      throw new Error('not ours');
    });
    const [cookie] = cookiesOf(fixture, PACKET);
    if (cookie === undefined) throw new Error('no controller action');
    expect(sendUp(fixture, cookie)).toHaveLength(1);
    expect(fixture.coverage.read('subscriber_error')).toBe(1);
  });

  it('drops what was only asked about', () => {
    const fixture = new BridgeFixture('actions=controller');
    const [cookie] = cookiesOf(fixture, PACKET, { mayLearn: false });
    if (cookie === undefined) throw new Error('no controller action');
    expect(sendUp(fixture, cookie)).toEqual([]);
  });

  it('drops and counts what nobody has fetched yet', () => {
    const fixture = new BridgeFixture('actions=controller');
    const [cookie] = cookiesOf(fixture, PACKET);
    if (cookie === undefined) throw new Error('no controller action');
    expect(sendUp(fixture, cookie, PACKET_INS_MAX + 3)).toHaveLength(PACKET_INS_MAX);
    expect(fixture.coverage.read('packet_in_overflow')).toBe(3);
  });

  it('drops and counts what belongs to a state it does not know', () => {
    const fixture = new BridgeFixture('actions=controller');
    const [cookie] = cookiesOf(fixture, PACKET);
    if (cookie === undefined) throw new Error('no controller action');
    expect(sendUp(fixture, { ...cookie, recircId: 999 })).toEqual([]);
    expect(fixture.coverage.read('packet_in_state_forgotten')).toBe(1);
  });
});

describe('PacketInQueue.failedOpen()', () => {
  it('tells a packet as one without a match, with a cookie of all ones (U-072)', () => {
    const fixture = new BridgeFixture('actions=controller');
    const arrived: PacketIn[] = [];
    fixture.translator.packetIns.subscribe((batch) => arrived.push(...batch));
    const key = parsePacket(PACKET);
    const ingress = fixture.translator.receive(key);
    if (ingress === 'ENODEV') throw new Error('no such port');
    const packet = new Packet(new Uint8Array(60));
    ingress.packetIns?.failedOpen?.(packet, ingress.flow);
    fixture.clock.advance(0);
    const cookie = 0xffff_ffff_ffff_ffffn;
    expect(arrived).toMatchObject([{ reason: 0, table: 0, cookie, maxLength: 0 }]);
    expect(arrived[0]?.packet).not.toBe(packet);
    expect(arrived[0]?.flow).toEqual(ingress.flow);
    expect(arrived[0]?.flow).not.toBe(ingress.flow);
  });
});
