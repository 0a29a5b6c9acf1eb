/**
 * The life of one megaflow: why it went, which rules it stands for, and what happened to it, from
 * its upcall on.
 */

import type { FlowNumber } from '../../log-entry.js';
import type { FlowRow, FlowView, LifeEvent } from '../../view-data.js';
import { useView, welcome } from '../connection.js';
import { formatDuration, formatPlural, formatTime } from '../format.js';
import { go, hrefOf } from '../route.js';
import { markOf } from '../state-mark.js';
import { useHeld } from './chosen.js';
import { RuleList } from './rule-list.js';

/** A shape for each kind of event. */
const EVENT_MARKS: Readonly<Record<LifeEvent['kind'], string>> = {
  upcall: '↑',
  xlate: 'ƒ',
  put: '+',
  dump: '⟳',
  sweep: '≈',
  modify: '±',
  delete: '✕',
  ukey: '→',
  trouble: '!',
};

export function FlowLife({ flow }: { readonly flow: FlowNumber }) {
  const document = useHeld(useView('flow', { flow }), flow, ({ row }) => row?.flow);
  return (
    <section class="flow-life" aria-label={`Life of flow ${flow}`}>
      <div class="aside-head">
        <h2>Flow {flow}</h2>
        <button type="button" onClick={() => go('flows')}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {document === undefined ? (
        <p class="quiet">Asking for its life …</p>
      ) : (
        <Life document={document} />
      )}
    </section>
  );
}

function Life({ document }: { readonly document: FlowView }) {
  const { row, whyDeleted, rules } = document;
  return (
    <>
      <WhyDeleted row={row} why={whyDeleted} />
      {row !== undefined && <KeyAndActions row={row} />}
      <h3>OpenFlow rules that it stands for</h3>
      <RuleList rules={rules} empty="None is known: nothing matched, or it was put by hand." />
      <h3>What happened to it</h3>
      <Timeline document={document} />
    </>
  );
}

function WhyDeleted(props: {
  readonly row: FlowRow | undefined;
  readonly why: string | undefined;
}) {
  const { row, why } = props;
  if (why !== undefined) {
    return (
      <p class="why-deleted">
        <strong>✕ Why it went</strong>
        {why}
      </p>
    );
  }
  if (row === undefined) return <p class="quiet">The log has nothing of this flow.</p>;
  const idle = row.idleMs === undefined ? 'never used' : `idle ${formatDuration(row.idleMs)}`;
  return (
    <p class="it-lives">
      <strong>
        {markOf(row.state)} It lives: {row.state}
      </strong>
      {formatPlural(row.packets, 'packet')}, {idle}, {formatDuration(row.ageMs)} old
    </p>
  );
}

function KeyAndActions({ row }: { readonly row: FlowRow }) {
  return (
    <dl class="key-actions">
      <dt>Key</dt>
      <dd class="mono">{withBreaks(row.key)}</dd>
      <dt>Actions</dt>
      <dd class="mono">{withBreaks(row.actions)}</dd>
      <dt>Mask</dt>
      <dd>{formatPlural(row.maskBits, 'bit')}</dd>
    </dl>
  );
}

function Timeline({ document }: { readonly document: FlowView }) {
  const { events, omitted } = document;
  return (
    <>
      {omitted > 0 && (
        <p class="quiet">{formatPlural(omitted, 'event')} left out, to keep this list short.</p>
      )}
      {events.length === 0 && <p class="quiet">Nothing that was recorded.</p>}
      <ol class="timeline">
        {events.map((event, i) => (
          <TimelineItem key={event.n} event={event} before={events[i - 1]} />
        ))}
      </ol>
    </>
  );
}

interface TimelineItemProps {
  readonly event: LifeEvent;
  readonly before: LifeEvent | undefined;
}

function TimelineItem({ event, before }: TimelineItemProps) {
  const startedAt = welcome.value?.header.startedAt ?? 0;
  const since = before === undefined ? undefined : event.t - before.t;
  return (
    <li class={`life-${event.kind}`}>
      <span class="life-time number">
        {formatTime(event.t, startedAt)}
        <span class="quiet">{since ? `+${formatDuration(since)}` : ''}</span>
      </span>
      <span class="life-mark" aria-hidden="true">
        {EVENT_MARKS[event.kind]}
      </span>
      <span class="life-text">
        <strong>{event.kind}</strong> {withBreaks(event.text)}{' '}
        {event.upcall !== undefined && (
          <a href={hrefOf('upcalls', String(event.upcall))}>upcall {event.upcall}</a>
        )}
      </span>
    </li>
  );
}

/** Keys and actions are words without blanks: a line may end after a comma. */
function withBreaks(text: string): string {
  return text.replaceAll(',', ',\u200b');
}
