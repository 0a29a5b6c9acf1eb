/**
 * One upcall: its sequence diagram, with the time that each message took, and under it what the
 * translator did, step by step.
 */

import type { XlateStep } from '../../log-entry.js';
import type { UpcallRow, UpcallView } from '../../view-data.js';
import { useView, welcome } from '../connection.js';
import { formatMicroseconds, formatPlural, formatTime } from '../format.js';
import { withoutSilent } from '../key-text.js';
import { go, hrefOf } from '../route.js';
import { layOutSequence, type MessagePlace, type SequenceLayout } from '../sequence-layout.js';
import { useHeld } from './chosen.js';
import { RuleList } from './rule-list.js';

export function UpcallSequence({ upcall }: { readonly upcall: number }) {
  const document = useHeld(useView('upcall', { upcall }), upcall, ({ row }) => row?.upcall);
  return (
    <section aria-label={`Upcall ${upcall}`}>
      <div class="aside-head">
        <h2>Upcall {upcall}</h2>
        <button type="button" onClick={() => go('upcalls')}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      {document === undefined ? (
        <p class="quiet">Asking for its messages …</p>
      ) : (
        <Sequence document={document} />
      )}
    </section>
  );
}

function Sequence({ document }: { readonly document: UpcallView }) {
  const { row, messages, rules } = document;
  if (row === undefined) return <p class="quiet">The log has nothing of this upcall any more.</p>;
  const steps = messages.flatMap((message) => message.steps);
  return (
    <>
      <Summary row={row} />
      <Diagram layout={layOutSequence(messages)} row={row} />
      <h3>Translation</h3>
      <Steps steps={steps} />
      <h3>Rules that it matched</h3>
      <RuleList rules={rules} empty="None." />
    </>
  );
}

function Summary({ row }: { readonly row: UpcallRow }) {
  const startedAt = welcome.value?.header.startedAt ?? 0;
  return (
    <p class="upcall-summary">
      <strong>{row.outcome}</strong> at {formatTime(row.t, startedAt)} by handler {row.handler},
      class {row.class}, {formatPlural(row.size, 'byte')}
      {row.us === undefined ? '' : `, ${formatMicroseconds(row.us)}`}
      {row.flow !== undefined && (
        <>
          {' · '}
          <a href={hrefOf('flows', String(row.flow))}>its flow {row.flow}</a>
        </>
      )}
      <span class="mono">
        {withoutSilent(row.key).replaceAll(',', ',\u200b')} → {row.actions || 'drop'}
      </span>
    </p>
  );
}

interface DiagramProps {
  readonly layout: SequenceLayout;
  readonly row: UpcallRow;
}

function Diagram({ layout, row }: DiagramProps) {
  const { width, height, headHeight, timeX } = layout;
  return (
    <svg
      class="sequence"
      role="img"
      aria-label={`Sequence of upcall ${row.upcall}: ${spoken(layout)}`}
      viewBox={`0 0 ${width} ${height}`}
    >
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          orient="auto"
        >
          <path d="M0 0.5 L8 4 L0 7.5 z" />
        </marker>
      </defs>
      {layout.lifelines.map(({ name, x }) => (
        <g key={name}>
          <rect class="lifeline-head" x={x - 42} y={4} width={84} height={headHeight - 10} rx={4} />
          <text class="lifeline-name" x={x} y={21}>
            {name === 'port' ? row.port : name === 'handler' ? `handler ${row.handler}` : name}
          </text>
          <line class="lifeline" x1={x} y1={headHeight - 6} x2={x} y2={height - 6} />
        </g>
      ))}
      <text class="time-head" x={width} y={21}>
        time
      </text>
      <line class="time-line" x1={timeX} y1={headHeight - 6} x2={timeX} y2={height - 6} />
      {layout.messages.map((place, i) => (
        <Message key={`${i}`} place={place} layout={layout} />
      ))}
    </svg>
  );
}

interface MessageProps {
  readonly place: MessagePlace;
  readonly layout: SequenceLayout;
}

function Message({ place, layout }: MessageProps) {
  const { fromX, toX, arrowY, textX, textY, lines, isLoop, barWidth } = place;
  const { us } = place.message;
  const path = isLoop
    ? `M${fromX} ${arrowY} h34 v${layout.loopHeight} H${fromX + 2}`
    : `M${fromX} ${arrowY} H${toX + (toX > fromX ? -2 : 2)}`;
  return (
    <g>
      {lines.map((line, i) => (
        <text key={`${i}`} class="message-text" x={textX} y={textY + i * layout.lineHeight}>
          {line}
        </text>
      ))}
      <path class="message" d={path} marker-end="url(#arrow)" />
      {us !== undefined && (
        <>
          <text class="message-time" x={layout.width} y={arrowY - 3}>
            {formatMicroseconds(us)}
          </text>
          <rect
            class="time-bar"
            x={layout.timeX}
            y={arrowY}
            width={Math.max(1, barWidth)}
            height={5}
          />
        </>
      )}
    </g>
  );
}

function spoken({ messages }: SequenceLayout): string {
  return messages
    .map(({ message }) => `${message.from} to ${message.to}: ${message.text}`)
    .join('; ');
}

function Steps({ steps }: { readonly steps: readonly XlateStep[] }) {
  if (steps.length === 0) return <p class="quiet">No translation was needed, or none recorded.</p>;
  return (
    <ol class="steps">
      {steps.map((step, i) => (
        <li
          key={`${i}`}
          class={`step-${step.kind}`}
          style={{ paddingLeft: `${8 + 16 * Math.min(step.depth, 12)}px` }}
        >
          <span class="step-kind">
            {step.kind === 'table' ? '▤' : step.kind === 'action' ? '▸' : '·'}
          </span>
          <span class="mono">{step.text}</span>
          {step.kind === 'table' && step.rule === undefined && <em class="quiet"> no match</em>}
        </li>
      ))}
    </ol>
  );
}
