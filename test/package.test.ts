/**
 * The package as a stranger gets it: packed, installed into an empty project, imported,
 * type-checked.
 *
 * The dependencies come from npm's cache, where `npm ci` has put them.
 */

import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const INSTALL_TIMEOUT_MS = 120_000;
/** Rooms and packages of the inspector and the daemon, which an embedder does not pay for. */
const NOT_LOADED =
  /dist\/(inspector|management|openflow|telemetry|cli|model)\/|node_modules\/(ws|koffi|pino)\//;

interface V8Coverage {
  readonly result: readonly { readonly url: string }[];
}

let project: string;
let tarball: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'upcall-package-'));
  tarball = join(project, pack(copyOfRepository()));
  write('package.json', '{ "name": "empty", "private": true, "type": "module" }');
  const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--silent'];
  run('npm', ['install', ...flags, tarball]);
}, INSTALL_TIMEOUT_MS);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('The packed package', () => {
  it('holds what it promises and nothing else', () => {
    const installed = readdirSync(join(project, 'node_modules', 'upcall')).sort();
    expect(installed).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'NOTICE',
      'README.md',
      'bin',
      'captures',
      'dist',
      'package.json',
      'packaging',
    ]);
  });

  it("holds the inspector's page, which loads nothing but itself and ELK's worker", () => {
    const page = join(project, 'node_modules/upcall/dist/inspector/page');
    expect(readdirSync(page).sort()).toEqual(['elk-worker.js', 'index.html']);
    const html = readFileSync(join(page, 'index.html'), 'utf8');
    expect(html).toMatch(/<script type="module">.*<\/script>/s);
    const shell = html.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '');
    expect(shell.match(/\b(src|href)="(?!data:)[^"]*"/g)).toBeNull();
  });

  it('forwards a packet for whoever imports it', () => {
    write(
      'main.js',
      `import { createSwitch, packet, VirtualClock } from 'upcall';
      const sw = createSwitch({ ports: 2, clock: new VirtualClock(), flows: 'actions=output:2' });
      sw.port(2).transmitted.subscribe((frames) => console.log(frames.length));
      sw.inject(1, packet('udp,nw_dst=10.0.0.2,tp_dst=53'));
      await sw.settled();
      await sw.stop();`,
    );
    expect(run('node', ['main.js'])).toBe('1\n');
  });

  it('runs the example of its README, with the output that stands there', () => {
    const readme = readFileSync(join(project, 'node_modules/upcall/README.md'), 'utf8');
    write('example.js', codeBlock(readme, 'js'));
    expect(run('node', ['example.js'])).toBe(codeBlock(readme, 'text'));
  });

  it('gives its machines by a door of their own', () => {
    write(
      'machines.js',
      "import { ukeyMachine } from 'upcall/machines'; console.log(ukeyMachine.id)",
    );
    expect(run('node', ['machines.js'])).toBe('ukey\n');
  });

  it('makes tests from machines by another', () => {
    write(
      'model.js',
      `import { ukeyMachine } from 'upcall/machines';
      import { createModel, pathsOf } from 'upcall/model';
      const model = createModel({ machine: ukeyMachine, events: [{ type: 'ukey.install' }] });
      console.log(pathsOf(model).map(({ name }) => name).join());`,
    );
    expect(run('node', ['model.js'])).toBe('created < ukey.install\n');
  });

  it('shows a switch by a third', () => {
    write(
      'inspector.js',
      `import { createSwitch } from 'upcall';
      import { startInspector } from 'upcall/inspector';
      const sw = createSwitch({ ports: 2 });
      const inspector = await startInspector(sw, { port: 0 });
      const house = await fetch(new URL('/api/house', inspector.url));
      console.log((await house.json()).root.name);
      await inspector.close();
      await sw.stop();`,
    );
    expect(run('node', ['inspector.js'])).toBe('udpif\n');
  });

  it('speaks OpenFlow by a fourth', () => {
    write(
      'openflow.js',
      `import { createSwitch } from 'upcall';
      import { OF13, serveOpenFlow } from 'upcall/openflow';
      const sw = createSwitch({ ports: 2 });
      const server = serveOpenFlow(sw, { versions: [OF13] });
      const { target } = await server.listen('ptcp:0:127.0.0.1');
      console.log(target.replace(/\\d+/, 'PORT'));
      await server.close();
      await sw.stop();`,
    );
    expect(run('node', ['openflow.js'])).toBe('ptcp:PORT:127.0.0.1\n');
  });

  it('type-checks for whoever imports it', () => {
    write(
      'types.ts',
      `import { createSwitch, type Switch } from 'upcall';
      import { ukeyMachine } from 'upcall/machines';
      import { type Inspector, startInspector } from 'upcall/inspector';
      import type { Driver } from 'upcall/model';
      const sw: Switch = createSwitch({ ports: 2 });
      // @ts-expect-error A port is a number or a name.
      sw.inject({}, new Uint8Array());
      export const shown: Promise<Inspector> = startInspector(sw, { host: '::1', port: 0 });
      export const id: string = ukeyMachine.id;
      export const drivers: readonly Driver<{ type: 'a' }>[] = [];`,
    );
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023'];
    const libraries = ['--skipLibCheck', '--lib', 'es2023,esnext.disposable', '--types', 'node'];
    symlinkSync(join(ROOT, 'node_modules/@types'), join(project, 'node_modules/@types'));
    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    expect(run(tsc, [...options, ...libraries, 'types.ts'])).toBe('');
  });

  it('loads nothing of inspector, daemon or command line by its main door', () => {
    write('loaded.js', "import 'upcall';");
    const loaded = scriptsLoadedBy('loaded.js');
    expect(loaded.some((url) => url.endsWith('upcall/dist/index.js'))).toBe(true);
    expect(loaded.filter((url) => NOT_LOADED.test(url))).toEqual([]);
  });

  it('runs its command, and from anywhere', () => {
    expect(run('npx', ['--no-install', 'upcall', '--version'])).toMatch(/^upcall \d+\.\d+\.\d+\n$/);
  });

  it('does without koffi, and says what devices need', () => {
    const upcall = ['node', 'node_modules/upcall/bin/upcall'].join(' ');
    rmSync(join(project, 'node_modules/koffi'), { recursive: true });
    const failing = `${upcall} run --rundir . --port lo 2>&1 || true`;
    expect(run('sh', ['-c', failing])).toBe(
      'upcall: Cannot open network devices: package koffi is not installed; ' +
        'run "npm install koffi@3.3.4"\n',
    );
    expect(run('sh', ['-c', `${upcall} scenario`])).toContain('explosion');
  });

  it('satisfies publint', async () => {
    const pkgDir = join(project, 'node_modules', 'upcall');
    const { messages } = await publint({ pkgDir, strict: true });
    const pkg = (await import(join(pkgDir, 'package.json'), { with: { type: 'json' } })).default;
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });
});

/** A copy without the output of builds, so that packing it disturbs nobody. */
function copyOfRepository(): string {
  const copy = join(project, 'repository');
  const left = ['node_modules', 'dist', '.git', 'test', 'bench', 'docs', 'examples'];
  mkdirSync(copy);
  for (const name of readdirSync(ROOT)) {
    if (!left.includes(name)) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** The first block of a language in a Markdown text. */
function codeBlock(markdown: string, language: string): string {
  return new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(markdown)?.[1] ?? '';
}

/** Packs the repository in `folder`; the path of the tarball from the project. */
function pack(folder: string): string {
  const output = run('npm', ['pack', '--silent', '--pack-destination', project], folder);
  return output.trim().split('\n').at(-1) ?? '';
}

/** Every script that a program loads, by its URL, as V8's coverage sees it. */
function scriptsLoadedBy(program: string): string[] {
  const coverage = join(project, 'coverage');
  run('node', [program], project, { NODE_V8_COVERAGE: coverage });
  return readdirSync(coverage).flatMap((name) => {
    const report: V8Coverage = JSON.parse(readFileSync(join(coverage, name), 'utf8'));
    return report.result.map((script) => script.url);
  });
}

function write(name: string, text: string): void {
  writeFileSync(join(project, name), text);
}

function run(
  program: string,
  args: readonly string[],
  cwd = project,
  env: Readonly<Record<string, string>> = {},
): string {
  return execFileSync(program, args, { cwd, encoding: 'utf8', env: { ...process.env, ...env } });
}
