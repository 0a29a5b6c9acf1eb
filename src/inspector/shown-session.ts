/**
 * The session that all pages look at, with its documents as text, each made once for all of them.
 *
 * A scenario takes the place of the session that the server was started with; the name "" brings
 * that one back.
 *
 * Owner: the sessions that it has opened itself. The first one belongs to whoever started us, and
 * is closed with the server.
 */

import { type Observable, Subject, type Subscription } from 'rxjs';
import { UpcallError } from '../base/errors.js';
import type { InspectorSession } from './session.js';
import type { Position, Welcome } from './view-data.js';
import { documentOf, type ViewRequest } from './view-request.js';
import type { TimeCommand } from './wire.js';

/** The scenarios that a page may have run. */
export interface ScenarioShelf {
  readonly list: Welcome['scenarios'];
  /** Rejects with an `UpcallError` where there is none of that name. */
  open(name: string): Promise<InspectorSession>;
}

export class ShownSession {
  /** Something may have changed; another session, if `true`. */
  readonly changes: Observable<boolean>;
  readonly #changes = new Subject<boolean>();
  readonly #first: InspectorSession;
  readonly #scenarios: ScenarioShelf | undefined;
  readonly #documents = new Map<string, string>();
  #session: InspectorSession;
  #subscription: Subscription;
  #changesCount = 0;
  #isClosed = false;

  constructor(session: InspectorSession, scenarios: ScenarioShelf | undefined) {
    this.changes = this.#changes.asObservable();
    this.#first = session;
    this.#scenarios = scenarios;
    this.#session = session;
    this.#subscription = this.#follow(session);
  }

  /** Grows whenever something may have changed. */
  get changesCount(): number {
    return this.#changesCount;
  }

  position(): Position {
    return this.#session.position();
  }

  welcome(): Welcome {
    const { header } = this.#session;
    return { header, position: this.position(), scenarios: this.#scenarios?.list ?? [] };
  }

  /** The document of `request` as JSON, not older than the last `refresh`. May throw. */
  document(request: ViewRequest): string {
    const key = JSON.stringify(request);
    let text = this.#documents.get(key);
    if (text === undefined) {
      text = JSON.stringify(documentOf(this.#session, request));
      this.#documents.set(key, text);
    }
    return text;
  }

  /** Documents made before are old now. */
  refresh(): void {
    this.#documents.clear();
  }

  pcap(filter: string): Uint8Array {
    return this.#session.pcap(filter);
  }

  command(command: TimeCommand): Promise<void> {
    return this.#session.command(command);
  }

  async runScenario(name: string): Promise<void> {
    if (name === '') return this.#show(this.#first);
    if (this.#scenarios === undefined) {
      throw new UpcallError(`Cannot run scenario "${name}": this server has none`);
    }
    const session = await this.#scenarios.open(name);
    if (this.#isClosed) session.close();
    else this.#show(session);
  }

  close(): void {
    this.#isClosed = true;
    this.#subscription.unsubscribe();
    if (this.#session !== this.#first) this.#session.close();
    this.#first.close();
    this.#changes.complete();
  }

  #show(session: InspectorSession): void {
    if (session === this.#session) return;
    this.#subscription.unsubscribe();
    if (this.#session !== this.#first) this.#session.close();
    this.#session = session;
    this.#subscription = this.#follow(session);
    this.#changed(true);
  }

  #follow(session: InspectorSession): Subscription {
    return session.changes.subscribe(() => this.#changed(false));
  }

  #changed(isOther: boolean): void {
    this.#changesCount++;
    this.refresh();
    this.#changes.next(isOther);
  }
}
