/**
 * A page without a browser: a WebSocket that watches every view, as the real page does one of them,
 * and takes what comes.
 */

import { WebSocket } from 'ws';
import type { ViewQueries } from '../../src/inspector/view-data.js';
import type { ServerMessage } from '../../src/inspector/wire.js';

/** What the real page asks for. */
const QUERIES: Pick<ViewQueries, 'house' | 'machine' | 'cycle' | 'flows' | 'upcalls' | 'charts'> = {
  house: {},
  machine: { machine: 'leader' },
  cycle: {},
  flows: { filter: '', sort: 'packets', isDescending: true, offset: 0, limit: 100 },
  upcalls: { filter: '', before: undefined, limit: 100 },
  charts: { points: 300 },
};

export class WatchingPage {
  /** Documents that came, by view. */
  readonly documents = new Map<string, number>();
  /** Resolves when the run that is looked at is over, and the page has seen its end. */
  readonly seenAll: Promise<void>;
  readonly #socket: WebSocket;

  constructor(base: string) {
    const { host, origin } = new URL(base);
    this.#socket = new WebSocket(`ws://${host}/ws`, { origin, perMessageDeflate: false });
    this.#socket.on('open', () => {
      for (const [view, query] of Object.entries(QUERIES)) {
        this.#socket.send(JSON.stringify({ type: 'watch', slot: view, view, query }));
      }
    });
    this.seenAll = new Promise((resolve, reject) => {
      this.#socket.on('error', reject);
      this.#socket.on('message', (data) => {
        if (this.#take(JSON.parse(String(data)))) resolve();
      });
    });
  }

  close(): void {
    this.#socket.terminate();
  }

  /** Whether this says that all is over. */
  #take(message: ServerMessage): boolean {
    if (message.type === 'view') {
      this.documents.set(message.view, (this.documents.get(message.view) ?? 0) + 1);
    }
    if (message.type !== 'position') return false;
    const { isComplete, n, last } = message.position;
    return isComplete && n === last;
  }
}
