/**
 * How the inspector's page is built: one `index.html` with script and style in it, so that it works
 * with the network cable out, and beside it ELK's worker, which the page loads only for a machine
 * that is not one of ours.
 *
 * `npm run build` and, in a checkout, `bin/upcall` run it.
 */

import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import elkModule from 'elkjs/lib/elk.bundled.js';
import type { Plugin } from 'vite';
import { machineGraph } from './src/inspector/machine-graph.js';
import { bestLayout } from './src/inspector/web/statechart-choice.js';
import { layoutKey, type StatechartLayout } from './src/inspector/web/statechart-layout.js';
import { drawJson } from './src/machines/drawing.js';
import { machines } from './src/machines/registry.js';

const PAGE = join(import.meta.dirname, 'src/inspector/web');
const WORKER = join(import.meta.dirname, 'node_modules/elkjs/lib/elk-worker.min.js');
const LAYOUTS = 'virtual:machine-layouts';

/** Puts the built script and style into the page itself. */
function inlineAssets(): Plugin {
  return {
    name: 'upcall-inline-assets',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const page = bundle['index.html'];
      if (page?.type !== 'asset')
        throw new Error('Cannot inline the page: vite made no index.html');
      let html = String(page.source);
      for (const [name, file] of Object.entries(bundle)) {
        if (name === 'index.html') continue;
        html = inlined(html, name, file.type === 'chunk' ? file.code : String(file.source));
        delete bundle[name];
      }
      page.source = html;
    },
  };
}

/** `html` with the tag that loads `name` replaced by the text of that file. */
function inlined(html: string, name: string, text: string): string {
  const isScript = name.endsWith('.js');
  const escaped = name.replaceAll('.', '\\.');
  const tag = isScript
    ? new RegExp(`<script[^>]*src="[^"]*${escaped}"[^>]*></script>`)
    : new RegExp(`<link[^>]*href="[^"]*${escaped}"[^>]*>`);
  if (!tag.test(html)) throw new Error(`Cannot inline "${name}": the page does not load it`);
  const element = isScript
    ? `<script type="module">${text.replaceAll('</script', '<\\/script')}</script>`
    : `<style>${text}</style>`;
  return html.replace(tag, () => element);
}

/**
 * The module `virtual:machine-layouts`: the layouts of our own machines, made now, so that the page
 * need not load ELK for them.
 */
function precomputeLayouts(): Plugin {
  const resolved = `\0${LAYOUTS}`;
  return {
    name: 'upcall-machine-layouts',
    resolveId: (id) => (id === LAYOUTS ? resolved : undefined),
    async load(id) {
      if (id !== resolved) return undefined;
      const layouts = await ownLayouts();
      return `export const machineLayouts = ${JSON.stringify(layouts)};`;
    },
  };
}

async function ownLayouts(): Promise<Record<string, StatechartLayout>> {
  const elk = new elkModule.default();
  const layouts: Record<string, StatechartLayout> = {};
  for (const { machine } of machines) {
    const graph = machineGraph(drawJson(machine));
    layouts[layoutKey(graph)] = await bestLayout(graph, elk);
  }
  return layouts;
}

/** Lays ELK's worker beside the page as it is: bundled, it would be loaded by everybody. */
function copyWorker(): Plugin {
  return {
    name: 'upcall-copy-worker',
    writeBundle({ dir }) {
      if (dir === undefined) return;
      mkdirSync(dir, { recursive: true });
      copyFileSync(WORKER, join(dir, 'elk-worker.js'));
    },
  };
}

// A default export, for vite reads nothing else.
export default {
  root: PAGE,
  base: './',
  plugins: [precomputeLayouts(), inlineAssets(), copyWorker()],
  build: {
    outDir: join(import.meta.dirname, 'dist/inspector/page'),
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    modulePreload: false,
    reportCompressedSize: false,
    // Laying out the machines takes a second or two, and is no news.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
};
