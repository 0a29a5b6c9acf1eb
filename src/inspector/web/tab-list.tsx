/**
 * The tabs: links, so that a view can be opened in another window; arrow keys walk among them, as
 * they do in every tab list.
 */

import { useRef } from 'preact/hooks';
import { go, hrefOf, type ViewId } from './route.js';

export function TabList({ views, chosen }: { views: readonly ViewId[]; chosen: ViewId }) {
  const list = useRef<HTMLDivElement>(null);
  const walk = (event: KeyboardEvent): void => {
    const next = views[neighbourOf(views.indexOf(chosen), event.key, views.length)];
    if (next === undefined) return;
    event.preventDefault();
    go(next);
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  return (
    <nav aria-label="Views">
      <div class="tabs" role="tablist" ref={list} onKeyDown={walk}>
        {views.map((view, i) => (
          <a
            key={view}
            id={`tab-${view}`}
            class="tab"
            role="tab"
            href={hrefOf(view)}
            aria-selected={view === chosen}
            aria-controls="view-panel"
            tabIndex={view === chosen ? 0 : -1}
          >
            <span class="label" data-text={titleOf(view)}>
              {titleOf(view)}
            </span>
            <kbd>{i + 1}</kbd>
          </a>
        ))}
      </div>
    </nav>
  );
}

/** The tab that an arrow key, Home or End leads to; -1: none. */
export function neighbourOf(index: number, key: string, count: number): number {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index + count - 1) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return -1;
  }
}

function titleOf(view: ViewId): string {
  return view.charAt(0).toUpperCase() + view.slice(1);
}
