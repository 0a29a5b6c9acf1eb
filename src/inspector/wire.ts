/**
 * What page and server say to each other on the WebSocket: one JSON object a message.
 *
 * The page watches views, each in a slot of its own; the server sends a view's document when it has
 * changed, at most every `PUSH_MS`, and nothing at all while the page has not taken what it was
 * sent before: a slow page sees fewer documents, never old ones.
 */

import type { Position, ViewDocuments, ViewName, ViewQueries, Welcome } from './view-data.js';

/** Where the page is found if nothing else is said. */
export const INSPECTOR_PORT = 6680;
/** Documents of one view go out so often at most: ten a second. */
export const PUSH_MS = 100;
/** A page that has so many bytes still to take gets no more documents. */
export const UNSENT_BYTES_MAX = 256 * 1024;
/** Bytes of a message from the page; a longer one ends the connection. */
export const MESSAGE_BYTES_MAX = 16 * 1024;
/** Pages at once; a further one is refused with status 503. */
export const CONNECTIONS_MAX = 32;

/** What a page may do to the run; live switches know pause and resume only. */
export type TimeCommand =
  | { readonly do: 'pause' | 'resume' }
  | { readonly do: 'step'; readonly by: 'event' | 'phase'; readonly backward?: boolean }
  | {
      readonly do: 'run';
      readonly to: 'upcall' | 'cycle' | 'deletion' | 'end';
      readonly backward?: boolean;
    }
  | { readonly do: 'seek'; readonly n: number }
  | { readonly do: 'speed'; readonly speed: number };

export type PageMessage =
  | {
      [View in ViewName]: {
        readonly type: 'watch';
        readonly slot: string;
        readonly view: View;
        readonly query: ViewQueries[View];
      };
    }[ViewName]
  | { readonly type: 'unwatch'; readonly slot: string }
  | { readonly type: 'time'; readonly id: number; readonly command: TimeCommand }
  | { readonly type: 'scenario'; readonly id: number; readonly name: string };

export type ServerMessage =
  | { readonly type: 'welcome'; readonly welcome: Welcome }
  | {
      [View in ViewName]: {
        readonly type: 'view';
        readonly slot: string;
        readonly view: View;
        readonly n: number;
        readonly document: ViewDocuments[View];
      };
    }[ViewName]
  | {
      readonly type: 'position';
      readonly position: Position /** Documents not sent because the page was slow. */;
      readonly skipped: number;
    }
  | { readonly type: 'reply'; readonly id: number; readonly error?: string };
