/**
 * What the server shows: a live switch, a replay that is being recorded, or a recording.
 *
 * `LiveSession` reads what is large (ukeys, flows) from the switch when it is asked, and what has
 * happened from a bounded log. `RecordedSession` stands at one entry of a log and can go anywhere
 * in it; in a replay the log grows when somebody wants to see more of it. The page cannot tell
 * them apart but for what `Position` says.
 */

import type { Observable } from 'rxjs';
import type { LogHeader } from './log-entry.js';
import type { Position, ViewDocuments, ViewName, ViewQueries } from './view-data.js';
import type { TimeCommand } from './wire.js';

export interface InspectorSession {
  readonly header: LogHeader;
  position(): Position;
  /** Throws an `UpcallError` for a query that makes no sense. */
  view<View extends ViewName>(view: View, query: ViewQueries[View]): ViewDocuments[View];
  /** Rejects with an `UpcallError` where the session cannot do that. */
  command(command: TimeCommand): Promise<void>;
  /** A pcap file of the upcalls that pass the filter, as far as their frames were kept. */
  pcap(filter: string): Uint8Array;
  /** Something may have changed; coalesced by whoever listens. */
  readonly changes: Observable<void>;
  /** Lets go of the switch; what was seen stays to be seen. */
  close(): void;
}
