/**
 * One page on its WebSocket: what it watches, what it was sent, what it has not taken yet.
 *
 * A page is not trusted to read, to speak JSON or to be there at all. What it has not taken is
 * bounded, as is what it may ask for and how often; a page that breaks a bound is let go with the
 * close code for it. Nothing that a page does throws here.
 *
 * Owner: its slots. The server says when to push.
 */

import type { RawData, WebSocket } from 'ws';
import type { Clock } from '../base/clock.js';
import { UpcallError } from '../base/errors.js';
import type { Log } from '../base/log.js';
import { type ParsedMessage, readPageMessage, replyIdOf } from './page-message.js';
import type { Left, PushSlice } from './push-timer.js';
import type { ShownSession } from './shown-session.js';
import type { ViewRequest } from './view-request.js';
import { PUSH_MS, type ServerMessage, UNSENT_BYTES_MAX } from './wire.js';

/** Views that one page may watch: each in a slot of its own. */
export const SLOTS_MAX = 16;
/** Messages that one page may send in a second: more than a hand at the scroll wheel does. */
export const MESSAGES_MAX = 200;
/** Commands of one page that are not done yet. */
export const COMMANDS_MAX = 8;

/** Why a connection ends: the close codes of RFC 6455. */
const CLOSE = {
  goingAway: 1001,
  unsupported: 1003,
  noJson: 1007,
  policy: 1008,
} as const;

const SECOND_MS = 1000;
/** Replies, which cannot be left out, that a page may leave unread before it is let go. */
const REPLIES_UNSENT_MAX = 256;
/** A slot is due a little early rather than one round late. */
const DUE_SLACK_MS = 10;

export interface PageDeps {
  readonly shown: ShownSession;
  readonly log: Log;
  /** Real time, also where the switch's is virtual. */
  readonly clock: Clock;
  /** The page waits for a document. */
  readonly asked: () => void;
}

interface Slot {
  readonly request: ViewRequest;
  /** What the page was sent last; undefined: nothing yet. */
  sent: string | undefined;
  /** When that was made, or found to be the same still. */
  madeAt: number;
  /** The change that `sent` knows of. */
  changesCount: number;
}

export class PageConnection {
  readonly #socket: WebSocket;
  readonly #deps: PageDeps;
  readonly #slots = new Map<string, Slot>();
  #isAlive = true;
  #isWelcomeDue = false;
  /** Documents that the system has not taken from us. */
  #unsent = 0;
  #skipped = 0;
  #positionSent = '';
  #positionSentAt = Number.NEGATIVE_INFINITY;
  #secondBegan = 0;
  #messagesInSecond = 0;
  #commandsPending = 0;

  constructor(socket: WebSocket, deps: PageDeps) {
    this.#socket = socket;
    this.#deps = deps;
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary));
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    // A frame that breaks the protocol: ws closes the connection itself, with 1002, 1007 or 1009.
    socket.on('error', (error) => deps.log.debug({ err: error }, 'inspector page broke off'));
    this.welcome();
  }

  /** Documents that were left out because the page was slow. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Bytes that the system has not taken from us. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** What a page needs to know first, and again when another session is shown. */
  welcome(): void {
    for (const slot of this.#slots.values()) slot.sent = undefined;
    this.#positionSent = '';
    this.#isWelcomeDue = true;
    if (!this.#isBacklogged) this.#sendWelcome();
  }

  /** Sends what has changed, one document at least; says what is left to be sent. */
  push(slice: PushSlice): Left {
    const now = this.#deps.clock.monotonic();
    const due = [...this.#slots].filter(([, slot]) => this.#isDue(slot, now));
    due.sort(([, a], [, b]) => a.madeAt - b.madeAt);
    if (this.#isBacklogged) {
      this.#skipped += due.length;
      return 'later';
    }
    if (this.#isWelcomeDue) this.#sendWelcome();
    for (const [i, [name, slot]] of due.entries()) {
      if (this.#socket.bufferedAmount >= UNSENT_BYTES_MAX) break;
      this.#pushSlot(name, slot, now);
      if (i + 1 < due.length && !slice.mayGoOn()) return 'soon';
    }
    const isPositionDue = this.#pushPosition(now);
    const isLeft = isPositionDue || [...this.#slots.values()].some((slot) => this.#isStale(slot));
    return isLeft ? 'later' : 'nothing';
  }

  /** Asks whether the page is still there; false where it has not answered the last time. */
  probe(): boolean {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return false;
    }
    this.#isAlive = false;
    this.#socket.ping();
    return true;
  }

  /** Says goodbye and does not wait for an answer. */
  close(): void {
    this.#socket.close(CLOSE.goingAway, 'the inspector closes');
    this.#socket.terminate();
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN;
  }

  get #isBacklogged(): boolean {
    return this.#unsent > 0 || this.#socket.bufferedAmount >= UNSENT_BYTES_MAX;
  }

  #isStale(slot: Slot): boolean {
    return slot.sent === undefined || slot.changesCount !== this.#deps.shown.changesCount;
  }

  #isDue(slot: Slot, now: number): boolean {
    if (slot.sent === undefined) return true;
    return this.#isStale(slot) && now - slot.madeAt >= PUSH_MS - DUE_SLACK_MS;
  }

  #sendWelcome(): void {
    this.#isWelcomeDue = false;
    this.#send({ type: 'welcome', welcome: this.#deps.shown.welcome() });
  }

  #pushSlot(name: string, slot: Slot, now: number): void {
    const { shown } = this.#deps;
    const { view } = slot.request;
    slot.changesCount = shown.changesCount;
    slot.madeAt = now;
    const document = this.#documentOf(slot.request);
    const answer = document instanceof Error ? document.message : document;
    if (answer === slot.sent) return;
    slot.sent = answer;
    if (document instanceof Error) {
      this.#reply(0, document);
      return;
    }
    const head = JSON.stringify({ type: 'view', slot: name, view, n: shown.position().n });
    this.#sendText(`${head.slice(0, -1)},"document":${document}}`);
  }

  /** As JSON, or why there is none. */
  #documentOf(request: ViewRequest): string | Error {
    const { shown, log } = this.#deps;
    try {
      return shown.document(request);
    } catch (error) {
      if (error instanceof UpcallError) return error;
      log.error({ err: error, view: request.view }, 'inspector view failed');
      return new UpcallError(messageOf(error));
    }
  }

  /** Whether it has to wait for the next round. */
  #pushPosition(now: number): boolean {
    const position = this.#deps.shown.position();
    const message = { type: 'position', position, skipped: this.#skipped } as const;
    const text = JSON.stringify(message satisfies ServerMessage);
    if (text === this.#positionSent) return false;
    if (now - this.#positionSentAt < PUSH_MS - DUE_SLACK_MS) return true;
    this.#positionSent = text;
    this.#positionSentAt = now;
    this.#sendText(text);
    return false;
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    if (!this.#isOpen) return;
    if (isBinary) this.#refuse(CLOSE.unsupported, 'binary messages are not understood');
    else if (this.#isFlooded()) this.#refuse(CLOSE.policy, 'too many messages');
    else this.#read(String(data));
  }

  #read(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#refuse(CLOSE.noJson, 'a message is no JSON');
      return;
    }
    try {
      this.#obey(readPageMessage(value));
    } catch (error) {
      this.#reply(replyIdOf(value), error);
    }
  }

  #obey(message: ParsedMessage): void {
    switch (message.type) {
      case 'watch':
        this.#watch(message.slot, message.request);
        break;
      case 'unwatch':
        this.#slots.delete(message.slot);
        break;
      case 'time':
        this.#run(message.id, () => this.#deps.shown.command(message.command));
        break;
      case 'scenario':
        this.#run(message.id, () => this.#deps.shown.runScenario(message.name));
        break;
    }
  }

  #watch(name: string, request: ViewRequest): void {
    if (!this.#slots.has(name) && this.#slots.size >= SLOTS_MAX) {
      throw new UpcallError(
        `Cannot watch "${request.view}": the page watches ${SLOTS_MAX} views; unwatch one first`,
      );
    }
    this.#slots.set(name, { request, sent: undefined, madeAt: 0, changesCount: 0 });
    this.#deps.asked();
  }

  #run(id: number, command: () => Promise<void>): void {
    if (this.#commandsPending >= COMMANDS_MAX) {
      throw new UpcallError(
        'Cannot carry out command: the ones before are not done; wait for them',
      );
    }
    this.#commandsPending++;
    const finish = (error?: unknown): void => {
      this.#commandsPending--;
      this.#reply(id, error);
      this.#deps.asked();
    };
    command().then(() => finish(), finish);
  }

  /** `error` undefined: it is done. */
  #reply(id: number, error: unknown): void {
    if (error === undefined) this.#send({ type: 'reply', id });
    else this.#send({ type: 'reply', id, error: messageOf(error) });
  }

  #send(message: ServerMessage): void {
    this.#sendText(JSON.stringify(message));
  }

  #sendText(text: string): void {
    if (!this.#isOpen) return;
    this.#unsent++;
    this.#socket.send(text, () => {
      this.#unsent--;
    });
    // Only a page that asks and never reads comes here: documents wait for their turn.
    if (this.#unsent > REPLIES_UNSENT_MAX) this.#socket.terminate();
  }

  #isFlooded(): boolean {
    const now = this.#deps.clock.monotonic();
    if (now - this.#secondBegan >= SECOND_MS) {
      this.#secondBegan = now;
      this.#messagesInSecond = 0;
    }
    return ++this.#messagesInSecond > MESSAGES_MAX;
  }

  #refuse(code: number, why: string): void {
    this.#slots.clear();
    this.#socket.close(code, why);
  }
}

function messageOf(error: unknown): string {
  if (error instanceof UpcallError) return error.message;
  return 'Cannot answer: something is wrong in the inspector; its log says what';
}
