/** The inspector of the makers of xstate, attached to a udpif: what it forwards of ours. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createWebSocketInspector } from '@statelyai/inspect';
import { expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Bench, createBench, flowOf, runCycle } from './udpif-bench.js';

/** A message of `@statelyai/inspect`, as far as it is looked at here. */
interface Message {
  readonly type: string;
  readonly sessionId: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly definition?: string;
  readonly event?: { readonly type: string };
  readonly snapshot?: { readonly value?: unknown; readonly context?: unknown };
}

/** Someone at the other end of the inspector's WebSocket, on loopback. */
class Receiver {
  readonly messages: Message[] = [];
  readonly #server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  readonly #connected: Promise<WebSocket>;
  #told: () => void = () => {};

  constructor() {
    this.#connected = once(this.#server, 'connection').then(([socket]: WebSocket[]) => {
      if (socket === undefined) throw new Error('Cannot receive: nobody has connected');
      socket.on('message', (data) => {
        this.messages.push(JSON.parse(String(data)) as Message);
        this.#told();
      });
      return socket;
    });
  }

  async url(): Promise<string> {
    if (this.#server.address() === null) await once(this.#server, 'listening');
    const { port } = this.#server.address() as AddressInfo;
    return `ws://127.0.0.1:${port}`;
  }

  /** Resolves with the first message that `isWanted` accepts, once it is there. */
  async message(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(isWanted);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  /** Resolves when whoever is connected has gone, and the server too. */
  async closed(): Promise<void> {
    const socket = await this.#connected;
    if (socket.readyState !== socket.CLOSED) await once(socket, 'close');
    this.#server.close();
    await once(this.#server, 'close');
  }

  of(name: string): readonly Message[] {
    const actor = this.messages.find((message) => message.name === name);
    return this.messages.filter(({ sessionId }) => sessionId === actor?.sessionId);
  }
}

function liveALife(bench: Bench): void {
  for (const id of [1, 2, 3]) bench.dpif.miss(flowOf(id));
  bench.clock.runDue();
  runCycle(bench);
  bench.udpif.destroy();
  bench.clock.runDue();
}

it('@statelyai/inspect forwards actors with definitions, events and snapshots', async () => {
  const receiver = new Receiver();
  const url = await receiver.url();
  // It keeps no more than 200 events until it is connected unless it is told otherwise.
  const inspector = createWebSocketInspector({ url, maxDeferredEvents: 10_000 });
  const observer = inspector.inspect;
  liveALife(createBench({ revalidators: 2, inspect: { observer, ukeys: 'all' } }));
  await receiver.message(({ snapshot }) => snapshot?.value === 'destroyed');
  inspector.stop();
  await receiver.closed();

  const kinds = ['@xstate.actor', '@xstate.event', '@xstate.snapshot'];
  for (const name of ['udpif', 'handler-0', 'leader', 'revalidator-1', 'barrier', 'ukey']) {
    const seen = receiver.of(name);
    expect([name, [...new Set(seen.map(({ type }) => type))].toSorted()]).toEqual([name, kinds]);
    const definition = JSON.parse(seen[0]?.definition ?? '{}') as { states?: object };
    expect(Object.keys(definition.states ?? {})).not.toEqual([]);
  }
  const states = receiver.of('ukey').map(({ snapshot }) => snapshot?.value);
  // It looks at an actor a turn after it was announced: this one was at its end by then.
  expect([...new Set(states)].filter((state) => state !== undefined)).toEqual([
    'deleted',
    'created',
    'visible',
    'operational',
    'evicting',
    'evicted',
  ]);
  expect(new Set(receiver.messages.map(({ type }) => type))).toEqual(new Set(kinds));
});
