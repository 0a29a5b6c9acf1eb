/**
 * The last events of an actor, or of the one transition that is chosen; in a run that can be gone
 * through, each leads to its moment.
 */

import type { EdgeEvent, MachineView } from '../../view-data.js';
import { position, welcome } from '../connection.js';
import { formatCount, formatTime } from '../format.js';
import { hrefOf } from '../route.js';
import { isPossible } from '../time-commands.js';
import { doInTime } from '../time-notice.js';

export function EventList({ view, edge }: { view: MachineView; edge: string | undefined }) {
  const whose = edge === undefined ? (view.actor ?? view.machine) : 'the chosen transition';
  return (
    <section class="machine-events" aria-labelledby="machine-events">
      <h2 id="machine-events">
        Last events <span class="quiet">of {whose}</span>
      </h2>
      {view.events.length === 0 ? (
        <p class="quiet">None yet, as far as the log goes back.</p>
      ) : (
        <ol>
          {view.events.map((event) => (
            <EventLine key={`${event.n}/${event.actor}`} event={event} />
          ))}
        </ol>
      )}
    </section>
  );
}

function EventLine({ event }: { event: EdgeEvent }) {
  const startedAt = welcome.value?.header.startedAt ?? 0;
  const at = position.value;
  const seek = { do: 'seek', n: event.n } as const;
  const canGo = at !== undefined && isPossible(seek, at);
  const text = formatTime(event.t, startedAt);
  return (
    <li>
      {canGo ? (
        <button
          type="button"
          class="event-time"
          title={`Go to entry ${formatCount(event.n)}`}
          onClick={() => doInTime(seek)}
        >
          {text}
        </button>
      ) : (
        <span class="event-time">{text}</span>
      )}{' '}
      <code>{event.event || '(always)'}</code>
      <br />
      <span class="quiet mono">
        <a href={hrefOf('machines', event.actor)}>{event.actor}</a>{' '}
        {event.from === event.to ? event.from : `${event.from} → ${event.to}`}
      </span>
    </li>
  );
}
