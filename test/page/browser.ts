/**
 * Debian's Chromium, without a window and without a word to anybody outside this machine.
 */

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the page must be readable at. */
const VIEWPORT = { width: 1280, height: 720 };

export interface PageOptions {
  readonly colorScheme?: 'light' | 'dark';
}

export async function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: ARGUMENTS });
}

/** A browser whose processes, all of them, can be sent signals. */
export interface FrailBrowser {
  readonly browser: Browser;
  /** Nothing happens where they have ended. */
  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
}

export async function openFrailBrowser(): Promise<FrailBrowser> {
  const server = await chromium.launchServer({ executablePath: chromiumPath(), args: ARGUMENTS });
  const { pid } = server.process();
  if (pid === undefined) throw new Error('Cannot open a browser: it has no process');
  const browser = await chromium.connect(server.wsEndpoint());
  // Its group: what reads from the network is a process of its own.
  return { browser, signal: (name) => signalGroup(pid, name) };
}

function signalGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch (error) {
    const isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH';
    if (!isGone) throw error;
  }
}

function chromiumPath(): string {
  if (existsSync(CHROMIUM)) return CHROMIUM;
  throw new Error(
    `Cannot open a browser: "${CHROMIUM}" is missing; run "apt-get install chromium", or say ` +
      'in CHROMIUM where it is',
  );
}

/** A page that fails its test when a script in it does. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: VIEWPORT, ...options });
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  return { page, errors, requests };
}

export interface OpenPage {
  readonly page: Page;
  /** What the page's scripts complained of. */
  readonly errors: readonly string[];
  /** Addresses that it asked for. */
  readonly requests: readonly string[];
}
