/**
 * A session in the inspector's page, until somebody interrupts us: what all commands that show
 * something do.
 *
 * Loaded only by those who do, for it loads the server.
 */

import type { Clock } from '../base/clock.js';
import type { Log } from '../base/log.js';
import { startServer } from '../inspector/inspector-server.js';
import { createScenarioShelf } from '../inspector/scenarios/scenario-shelf.js';
import type { InspectorSession } from '../inspector/session.js';
import { Interruption } from './interruption.js';
import type { Io } from './io.js';
import { packageVersion } from './version.js';

export interface PageOptions {
  readonly port: number;
  /** Real time. */
  readonly clock: Clock;
  readonly log: Log;
  readonly io: Io;
  /** Whether it plays at once, rather than stand still. */
  readonly isPlaying: boolean;
}

/** Shows `session`, and all scenarios on demand; closes it in the end. */
export async function showSession(
  session: InspectorSession,
  { port, clock, log, io, isPlaying }: PageOptions,
): Promise<void> {
  const scenarios = createScenarioShelf({ clock, program: packageVersion() });
  const server = await startServer({ session, port, clock, log, scenarios });
  const interruption = new Interruption(io);
  io.stderr.write(`look at ${server.url} (Ctrl-C ends it)\n`);
  if (isPlaying) await session.command({ do: 'resume' });
  await interruption.happened;
  interruption.release();
  await server.close();
}
