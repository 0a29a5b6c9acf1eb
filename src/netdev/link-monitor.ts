/**
 * What the kernel knows of interfaces, and what changes: asked for, and listened to.
 *
 * Two netlink sockets, so that an answer is never taken for news. A reader that falls behind is
 * told so once by the kernel (ENOBUFS), and then asks for everything it follows again.
 *
 * Owner: both sockets, and who follows which name. Answers to OVS's `lib/netdev-linux.c` with
 * `rtnetlink_notifier`.
 */

import { UpcallError } from '../base/errors.js';
import { type Link, linkQuestion, readLinkNews } from './link-message.js';
import * as L from './linux-numbers.js';
import { netlinkAddress } from './structures.js';
import type { ReadinessWatch, SystemCalls } from './system-calls.js';

/** What the kernel may write at once: it makes pages of them. */
const BUFFER_SIZE = 65_536;

/** Called with the interface of the name that is followed; undefined: there is none. */
export type LinkListener = (link: Link | undefined) => void;

export class LinkMonitor {
  readonly #calls: SystemCalls;
  readonly #questions: number;
  readonly #news: number;
  readonly #watch: ReadinessWatch;
  readonly #buffer = new Uint8Array(BUFFER_SIZE);
  readonly #listeners = new Map<LinkListener, string>();
  /** The names of interfaces that are followed, by index: whose name changes is gone. */
  readonly #names = new Map<number, string>();

  /** Throws an `UpcallError` where the kernel has no netlink. */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.#questions = openNetlink(calls, 0);
    this.#news = openNetlink(calls, L.RTMGRP_LINK);
    this.#watch = calls.watch(this.#news, () => this.#hear());
    this.#watch.start();
  }

  /** The interface of this name, now. */
  find(name: string): Link | undefined {
    if (this.#calls.write(this.#questions, linkQuestion(name)) < 0) return undefined;
    const size = this.#calls.receive(this.#questions, this.#buffer);
    if (size < 0) return undefined;
    return readLinkNews(this.#buffer.subarray(0, size)).find(({ link }) => link.name === name)
      ?.link;
  }

  /** Calls `listener` for every change of the interface of this name, until what is returned is. */
  follow(name: string, listener: LinkListener): () => void {
    this.#listeners.set(listener, name);
    const link = this.find(name);
    if (link !== undefined) this.#names.set(link.index, name);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    this.#watch.close();
    this.#listeners.clear();
    this.#calls.close(this.#questions);
    this.#calls.close(this.#news);
  }

  #hear(): void {
    for (;;) {
      const size = this.#calls.receive(this.#news, this.#buffer);
      if (size === -L.ENOBUFS) this.#askAgain();
      if (size <= 0) return;
      for (const { type, link } of readLinkNews(this.#buffer.slice(0, size))) {
        this.#followName(link);
        this.#tell(link.name, type === 'new' ? link : undefined);
      }
    }
  }

  /** An interface with another name than before is, for who follows the old one, gone. */
  #followName({ index, name }: Link): void {
    const before = this.#names.get(index);
    if (before !== undefined && before !== name) this.#tell(before, undefined);
    if ([...this.#listeners.values()].includes(name)) this.#names.set(index, name);
    else this.#names.delete(index);
  }

  #askAgain(): void {
    for (const name of new Set(this.#listeners.values())) this.#tell(name, this.find(name));
  }

  #tell(name: string, link: Link | undefined): void {
    for (const [listener, followed] of [...this.#listeners]) {
      if (followed === name) listener(link);
    }
  }
}

function openNetlink(calls: SystemCalls, groups: number): number {
  const type = L.SOCK_RAW | L.SOCK_NONBLOCK | L.SOCK_CLOEXEC;
  const fd = calls.socket(L.AF_NETLINK, type, L.NETLINK_ROUTE);
  if (fd >= 0 && calls.bind(fd, netlinkAddress(groups)) >= 0) return fd;
  if (fd >= 0) calls.close(fd);
  throw new UpcallError('Cannot follow network interfaces: this system has no netlink');
}
