/**
 * The page's one connection, and the hook with which a view watches its document.
 *
 * The WebSocket is at `ws` beside the page, with the page's own query, in which a token may be.
 */

import { computed, signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Position, ViewDocuments, ViewName, ViewQueries, Welcome } from '../view-data.js';
import type { TimeCommand } from '../wire.js';
import { ServerConnection, type Socket } from './server-connection.js';

const connection = signal<ServerConnection | undefined>(undefined);

/** Whether the server is there; before the first try, false. */
export const isConnected = computed<boolean>(() => connection.value?.isConnected.value ?? false);

/** What the server said first; undefined until then. */
export const welcome = computed<Welcome | undefined>(() => connection.value?.welcome.value);

/** Where the run stands. */
export const position = computed<Position | undefined>(() => connection.value?.position.value);

/** Documents that the server left out because this page was slow. */
export const skipped = computed<number>(() => connection.value?.skipped.value ?? 0);

export function startConnection(): void {
  const schedule = (task: () => void, ms: number): void => {
    setTimeout(task, ms);
  };
  connection.value = new ServerConnection({ open: openSocket, schedule });
}

/**
 * The newest document of a view, while the component is mounted; undefined before the first one.
 * After a change of `query` the old document stays until the new one is there.
 */
export function useView<View extends ViewName>(
  view: View,
  query: ViewQueries[View],
): ViewDocuments[View] | undefined {
  const [document, setDocument] = useState<ViewDocuments[View] | undefined>(undefined);
  const server = connection.value;
  const asked = JSON.stringify(query);
  useEffect(
    () => server?.watch(view, JSON.parse(asked) as ViewQueries[View], setDocument),
    [server, view, asked],
  );
  return document;
}

/** Rejects with the server's words where the session cannot do that. */
export function sendTime(command: TimeCommand): Promise<void> {
  return connection.value?.sendTime(command) ?? Promise.reject(new Error('Not connected'));
}

/** Opens a scenario in place of what is shown. */
export function openScenario(name: string): Promise<void> {
  return connection.value?.openScenario(name) ?? Promise.reject(new Error('Not connected'));
}

function openSocket(): Socket {
  const url = new URL('ws', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  url.search = location.search;
  url.hash = '';
  return new WebSocket(url) as Socket;
}
