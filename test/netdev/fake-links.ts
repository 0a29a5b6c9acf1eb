/**
 * The interfaces of the fake kernel, and what it says of them by netlink.
 */

import * as L from '../../src/netdev/linux-numbers.js';
import type { FakeDescriptor } from './fake-descriptor.js';

export interface FakeLink {
  readonly name: string;
  readonly index: number;
  isUp: boolean;
  hasCarrier: boolean;
  mtu: number;
  rxErrors: number;
}

export class FakeLinks {
  readonly #links = new Map<string, FakeLink>();
  readonly #sockets = new Set<FakeNetlink>();
  #nextIndex = 1;

  add(name: string, facts: Partial<FakeLink> = {}): FakeLink {
    const index = this.#nextIndex++;
    const link = { name, index, isUp: true, hasCarrier: true, mtu: 1500, rxErrors: 0, ...facts };
    this.#links.set(name, link);
    this.#publish(L.RTM_NEWLINK, link);
    return link;
  }

  change(name: string, facts: Partial<FakeLink>): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    Object.assign(link, facts);
    this.#publish(L.RTM_NEWLINK, link);
  }

  rename(name: string, to: string): void {
    const link = this.#links.get(name);
    if (link === undefined) return;
    this.#links.delete(name);
    this.#links.set(to, { ...link, name: to });
    this.#publish(L.RTM_NEWLINK, { ...link, name: to });
  }

  remove(name: string): void {
    const link = this.#links.get(name);
    this.#links.delete(name);
    if (link !== undefined) this.#publish(L.RTM_DELLINK, link);
  }

  find(name: string): FakeLink | undefined {
    return this.#links.get(name);
  }

  findIndex(index: number): FakeLink | undefined {
    return [...this.#links.values()].find((link) => link.index === index);
  }

  createSocket(): FakeDescriptor {
    const socket = new FakeNetlink(this);
    this.#sockets.add(socket);
    return socket;
  }

  /** All readers of news are told that they have missed some. */
  overrun(): void {
    for (const socket of this.#sockets) socket.overrun();
  }

  #publish(type: number, link: FakeLink): void {
    for (const socket of this.#sockets) {
      if (socket.hearsNews) socket.messages.push(linkMessage(type, link));
    }
  }
}

class FakeNetlink implements FakeDescriptor {
  readonly messages: Uint8Array[] = [];
  hearsNews = false;
  readonly #links: FakeLinks;
  #isOverrun = false;

  constructor(links: FakeLinks) {
    this.#links = links;
  }

  get isReadable(): boolean {
    return this.#isOverrun || this.messages.length > 0;
  }

  bind(address: Uint8Array): void {
    this.hearsNews = new DataView(address.buffer).getUint32(8, true) === L.RTMGRP_LINK;
  }

  overrun(): void {
    this.messages.length = 0;
    this.#isOverrun = this.hearsNews;
  }

  /** A question by name. */
  write(question: Uint8Array): number {
    const name = Buffer.from(question.subarray(36, question.indexOf(0, 36))).toString();
    const link = this.#links.find(name);
    this.messages.push(link === undefined ? errorMessage() : linkMessage(L.RTM_NEWLINK, link));
    return question.length;
  }

  read(buffer: Uint8Array): number {
    if (this.#isOverrun) {
      this.#isOverrun = false;
      return -L.ENOBUFS;
    }
    const message = this.messages.shift();
    if (message === undefined) return -L.EAGAIN;
    buffer.set(message);
    return message.length;
  }
}

function linkMessage(type: number, link: FakeLink): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setInt32(4, link.index, true);
  const carrier = link.isUp && link.hasCarrier ? L.IFF_LOWER_UP : 0;
  body.setUint32(8, (link.isUp ? L.IFF_UP : 0) | carrier, true);
  const mtu = new DataView(new ArrayBuffer(4));
  mtu.setUint32(0, link.mtu, true);
  const statistics = new DataView(new ArrayBuffer(14 * 8));
  statistics.setBigUint64(4 * 8, BigInt(link.rxErrors), true);
  return message(type, [
    ...new Uint8Array(body.buffer),
    ...attribute(L.IFLA_IFNAME, Buffer.from(`${link.name}\0`)),
    ...attribute(L.IFLA_MTU, new Uint8Array(mtu.buffer)),
    ...attribute(L.IFLA_ADDRESS, Uint8Array.of(2, 0, 0, 0, 0, link.index)),
    ...attribute(L.IFLA_STATS64, new Uint8Array(statistics.buffer)),
  ]);
}

function errorMessage(): Uint8Array {
  return message(L.NLMSG_ERROR, [0xed, 0xff, 0xff, 0xff]);
}

function message(type: number, body: readonly number[]): Uint8Array {
  const header = new DataView(new ArrayBuffer(16));
  header.setUint32(0, 16 + body.length, true);
  header.setUint16(4, type, true);
  return Uint8Array.from([...new Uint8Array(header.buffer), ...body]);
}

function attribute(type: number, value: Uint8Array): number[] {
  const header = new DataView(new ArrayBuffer(4));
  header.setUint16(0, 4 + value.length, true);
  header.setUint16(2, type, true);
  const padding = new Array((4 - (value.length % 4)) % 4).fill(0);
  return [...new Uint8Array(header.buffer), ...value, ...padding];
}
