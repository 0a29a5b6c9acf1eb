// @ts-check
/**
 * Any xstate tool sees the slow path as it sees any xstate program: here `@statelyai/inspect`, which
 * sends what it sees over a WebSocket. At the other end is a few lines of server that print, for
 * each actor, how many states its definition has and how often it was heard of. Point `url` at a
 * server of your own to go on from here.
 *
 * Run it: `npm run build && node examples/inspect-with-stately.js`
 */

import { once } from 'node:events';
import { createWebSocketInspector } from '@statelyai/inspect';
import { createSwitch, packet, VirtualClock } from 'upcall';
import { WebSocketServer } from 'ws';

/** Each makes a flow; only that of the first shall be looked at. */
const FRAMES = ['tcp,tp_dst=80', 'tcp,tp_dst=443', 'udp,tp_dst=53'];

export async function main(print = console.log) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const messages = receive(server);
  const inspector = createWebSocketInspector({
    url: `ws://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}`,
    maxDeferredEvents: 10_000,
  });

  const clock = new VirtualClock({ start: 1_000 });
  const sw = createSwitch({
    ports: 2,
    clock,
    settings: { maxIdleMs: 2_000 },
    // Of 200,000 ukeys few can be followed: 'sampled' is what you get when you say nothing.
    inspect: { observer: inspector.inspect, ukeys: 'matching tcp,tp_dst=80' },
  });
  for (const frame of FRAMES) sw.inject(1, packet(frame));
  await sw.settled();
  clock.advance(4_000);
  await sw.stop();

  await messages.until(({ snapshot }) => snapshot?.value === 'destroyed');
  inspector.stop();
  server.close();
  await once(server, 'close');
  for (const line of messages.summary()) print(line);
  print(`${sw.udpif.inspection.omittedUkeys} ukeys were left out`);
}

/**
 * @typedef {{
 *   type: string, sessionId: string, name?: string, definition?: string,
 *   snapshot?: { value?: unknown },
 * }} Message
 */

/**
 * Collects what comes in.
 *
 * @param {WebSocketServer} server
 */
function receive(server) {
  /** @type {Message[]} */
  const messages = [];
  let heard = () => {};
  server.on('connection', (socket) =>
    socket.on('message', (data) => {
      messages.push(JSON.parse(String(data)));
      heard();
    }),
  );
  /** @param {(message: Message) => boolean} isLast */
  const until = async (isLast) => {
    while (!messages.some(isLast)) {
      await new Promise((resolve) => {
        heard = () => resolve(undefined);
      });
    }
  };
  return { until, summary: () => messages.filter(({ name }) => name).map(describe) };

  /** @param {Message} actor */
  function describe({ sessionId, name, definition = '{}' }) {
    const states = Object.keys(JSON.parse(definition).states ?? {}).length;
    const of = messages.filter((message) => message.sessionId === sessionId);
    const count = (/** @type {string} */ type) => of.filter((one) => one.type === type).length;
    const heardOf = `${count('@xstate.event')} events, ${count('@xstate.snapshot')} snapshots`;
    return `${name}: ${states} states; ${heardOf}`;
  }
}

if (process.argv[1] === import.meta.filename) await main();
