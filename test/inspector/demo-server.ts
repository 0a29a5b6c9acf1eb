/**
 * Serves the demonstration for whoever works on the page, until it is interrupted:
 *
 *     npx tsc -p tsconfig.json --noEmit false --outDir dist-demo
 *     node dist-demo/test/inspector/demo-server.js [replay|recording|live|busy] [PORT]
 *
 * `npm run build:page` first.
 */

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startServer } from '../../src/inspector/inspector-server.js';
import { BusySession } from './busy-session.js';
import { DemoSession } from './demo-session.js';

const TICK_MS = 250;
/** As large and busy as the page must bear. */
const BUSY = { flows: 200_000, upcallsPerSecond: 10_000 };

const [kind = 'replay', port = '6680'] = process.argv.slice(2);
const isKnown = kind === 'live' || kind === 'recording' || kind === 'replay';
const session =
  kind === 'busy' ? new BusySession(BUSY) : new DemoSession(isKnown ? kind : 'replay');
const page = pathToFileURL(join(process.cwd(), 'dist/inspector/page/'));
const server = await startServer({ session, port: Number(port), pagePlaces: [page] });
setInterval(() => session.tick(TICK_MS), TICK_MS);
process.stdout.write(`${server.url}\n`);
