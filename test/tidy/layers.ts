/**
 * The house: which room may import from which, and what from outside each may use.
 *
 * The table of `docs/architecture.md`, as data. A room is a folder of `src/`; the files directly in
 * `src/` are the room `switch`.
 */

import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { placeOf, type SourceFile, walk } from './source-tree.js';

interface Room {
  readonly rooms: readonly string[];
  /** Packages and Node modules, by name; undefined: any. */
  readonly packages: readonly string[] | undefined;
  /** Of other rooms it may import types only: it runs elsewhere, in a browser. */
  readonly isApart?: boolean;
}

/** The page is a room of its own, in the inspector's. */
const PAGE = 'inspector/web';

const GROUND = ['base'];
const BELOW_OFPROTO = ['base', 'packet', 'datapath'];
const BELOW_SWITCH = [...BELOW_OFPROTO, 'machines', 'ofproto', 'actors'];
const BELOW_CLI = [
  ...BELOW_SWITCH,
  'model',
  'switch',
  'netdev',
  'openflow',
  'inspector',
  'management',
];

export const ROOMS: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: ['rxjs'] },
  packet: { rooms: GROUND, packages: ['node:fs'] },
  machines: { rooms: GROUND, packages: ['xstate'] },
  datapath: { rooms: ['base', 'packet'], packages: ['rxjs'] },
  ofproto: { rooms: BELOW_OFPROTO, packages: ['rxjs'] },
  actors: { rooms: [...BELOW_OFPROTO, 'machines'], packages: ['rxjs', 'xstate'] },
  model: {
    rooms: ['base', 'machines', 'actors'],
    packages: ['xstate', 'xstate/graph', 'node:util'],
  },
  switch: { rooms: BELOW_SWITCH, packages: ['rxjs', 'xstate'] },
  netdev: { rooms: ['base', 'packet', 'datapath'], packages: ['rxjs', 'koffi', 'node:util'] },
  openflow: {
    rooms: [...BELOW_SWITCH, 'switch'],
    packages: ['rxjs', 'xstate', 'node:fs', 'node:net', 'node:tls'],
  },
  inspector: {
    rooms: [...BELOW_SWITCH, 'switch'],
    packages: [
      'rxjs',
      'xstate',
      'ws',
      'node:crypto',
      'node:fs',
      'node:http',
      'node:net',
      'node:stream',
      'node:zlib',
    ],
  },
  management: {
    rooms: [...BELOW_SWITCH, 'switch'],
    packages: ['rxjs', 'node:fs', 'node:net', 'node:path'],
  },
  [PAGE]: {
    rooms: ['inspector', 'machines'],
    packages: [
      'preact',
      'preact/hooks',
      '@preact/signals',
      '@tanstack/virtual-core',
      'elkjs/lib/elk-api.js',
      'uplot',
      'uplot/dist/uPlot.min.css',
      'virtual:machine-layouts',
    ],
    isApart: true,
  },
  cli: { rooms: BELOW_CLI, packages: undefined },
};

/** What must be said of the imports of one file of `src/`. */
export function checkLayers(file: SourceFile): string[] {
  const from = roomOf(file.path);
  const room = ROOMS[from];
  if (room === undefined) return [`${file.path}: "${from}" is no room of ROOMS in layers.ts`];
  return importsOf(file).flatMap(({ specifier, isType, place }) => {
    const wrong = specifier.startsWith('.')
      ? wrongRoom(file.path, room, specifier, isType)
      : wrongPackage(from, room, specifier);
    return wrong === undefined ? [] : [`${place}: ${wrong}`];
  });
}

function wrongRoom(
  path: string,
  room: Room,
  specifier: string,
  isType: boolean,
): string | undefined {
  const from = roomOf(path);
  const to = roomOf(normalize(join(dirname(path), specifier)));
  if (to === from) return undefined;
  const imports = `${from}/ imports from ${to}/ ("${specifier}")`;
  if (!room.rooms.includes(to)) {
    return `${imports}; it may import from ${room.rooms.join(', ') || 'nothing'}`;
  }
  return room.isApart && !isType ? `${imports}; it may import types only` : undefined;
}

function wrongPackage(from: string, room: Room, specifier: string): string | undefined {
  if (room.packages === undefined || room.packages.includes(specifier)) return undefined;
  return `${from}/ imports "${specifier}"; it may use ${room.packages.join(', ') || 'no package'}`;
}

function roomOf(path: string): string {
  const [top, room, ...rest] = path.split('/');
  if (top !== 'src') return top ?? '';
  if (path.startsWith(`src/${PAGE}/`)) return PAGE;
  return rest.length === 0 ? 'switch' : (room ?? '');
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
  readonly place: string;
}

/** Static and dynamic imports, re-exports and imported types. */
function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  walk(file.tree, (node) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    found.push({ specifier, isType: isTypeImport(node), place: placeOf(file, node) });
  });
  return found;
}

/** Whether nothing is left of an import when the program runs. */
function isTypeImport(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportDeclaration(node) && node.importClause?.isTypeOnly === true;
}

function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return literalText(node.moduleSpecifier);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return literalText(node.arguments[0]);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return literalText(node.argument.literal);
  }
  return undefined;
}

function literalText(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}
