/**
 * The rules of shape that a machine can check; each takes one file and says what is wrong, where,
 * and what to do about it.
 */

import { basename } from 'node:path';
import ts from 'typescript';
import { placeOf, type SourceFile, walk } from './source-tree.js';

const LINE_MAX = 100;
const FUNCTION_LINES_MAX = 70;
const SOURCE_LINES_MAX = 400;
const TEST_LINES_MAX = 600;
const VAGUE_NAMES = ['utils', 'util', 'helpers', 'helper', 'common', 'misc'];

/**
 * Which files may touch a global that decides behaviour from outside; all others are pure. The page
 * has the browser's timers, and the time in which it draws decides nothing; lines of a log turn a
 * time that they are given into a date.
 */
const IMPURE: readonly { names: readonly string[]; allowed: RegExp; instead: string }[] = [
  {
    names: ['Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'],
    allowed: /^src\/((base\/(clock|vlog-pattern)|cli\/wall-clock)\.ts$|inspector\/web\/)/,
    instead: 'take a Clock',
  },
  { names: ['crypto'], allowed: /^$/, instead: 'take an Rng' },
  { names: ['console'], allowed: /^$/, instead: 'take a Log, or the Io of a command' },
  { names: ['process'], allowed: /^src\/cli\/io\.ts$/, instead: 'take the Io of a command' },
];

export function checkHeader({ path, text }: SourceFile): string[] {
  const isPresent = /^(#!.*\n)?\/\*\*[\s\S]*?\w[\s\S]*?\*\//.test(text);
  return isPresent ? [] : [`${path}:1: no header comment; open with /** what this is */`];
}

export function checkLineLength({ path, lines }: SourceFile): string[] {
  return lines.flatMap((line, i) => {
    const length = [...line].length;
    return length <= LINE_MAX ? [] : [`${path}:${i + 1}: ${length} columns; ${LINE_MAX} at most`];
  });
}

export function checkFileLength({ path, lines }: SourceFile): string[] {
  const max = /\.test\.tsx?$/.test(path) ? TEST_LINES_MAX : SOURCE_LINES_MAX;
  return lines.length <= max ? [] : [`${path}: ${lines.length} lines; split by noun at ${max}`];
}

export function checkFunctionLength(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.tree, (node) => {
    if (!ts.isFunctionLike(node)) return;
    const start = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree)).line;
    const end = file.tree.getLineAndCharacterOfPosition(node.end).line;
    const count = end - start + 1;
    if (count <= FUNCTION_LINES_MAX) return;
    found.push(
      `${placeOf(file, node)}: a function of ${count} lines; ${FUNCTION_LINES_MAX} at most`,
    );
  });
  return found;
}

export function checkFileName({ path }: SourceFile): string[] {
  const name = basename(path).replace(/(\.(test|config|d))?\.tsx?$/, '');
  if (!/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name)) return [`${path}: not a kebab-case name`];
  const vague = name.split('-').find((word) => VAGUE_NAMES.includes(word));
  return vague === undefined ? [] : [`${path}: "${vague}" names no noun; say what it holds`];
}

export function checkExports(file: SourceFile): string[] {
  const found: string[] = [];
  for (const statement of file.tree.statements) {
    const wrong = wrongExport(statement);
    if (wrong !== undefined) found.push(`${placeOf(file, statement)}: ${wrong}`);
  }
  return found;
}

function wrongExport(statement: ts.Statement): string | undefined {
  if (ts.isExportAssignment(statement)) return 'a default export; name it';
  if (ts.isExportDeclaration(statement) && isStarExport(statement)) {
    return '"export *"; list what is exported';
  }
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
  return isDefault ? 'a default export; name it' : undefined;
}

function isStarExport({ exportClause }: ts.ExportDeclaration): boolean {
  return exportClause === undefined || ts.isNamespaceExport(exportClause);
}

export function checkTypes(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.tree, (node) => {
    const place = placeOf(file, node);
    if (node.kind === ts.SyntaxKind.AnyKeyword)
      found.push(`${place}: "any"; use unknown or a type`);
    if (ts.isEnumDeclaration(node)) found.push(`${place}: an enum; use an "as const" object`);
  });
  return found;
}

/** `!` states what the compiler cannot see; only hot paths may trade the check for speed. */
export function checkNonNull(file: SourceFile): string[] {
  if (file.text.includes('Hot path.')) return [];
  const found: string[] = [];
  walk(file.tree, (node) => {
    if (!ts.isNonNullExpression(node)) return;
    found.push(`${placeOf(file, node)}: "!" outside of a file that says "Hot path."; test it`);
  });
  return found;
}

export function checkSilenced({ path, lines }: SourceFile): string[] {
  const silencer = new RegExp(`@ts-(ignore|nocheck|expect-error)|${'biome'}-ignore`);
  return lines.flatMap((line, i) =>
    silencer.test(line) ? [`${path}:${i + 1}: a silenced check; mend the code`] : [],
  );
}

/** No clock, randomness, console or process but where `IMPURE` allows them. */
export function checkPurity(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.tree, (node) => {
    if (isMathRandom(node)) found.push(`${placeOf(file, node)}: Math.random; take an Rng`);
    if (!ts.isIdentifier(node) || !isGlobalUse(node)) return;
    const rule = IMPURE.find(({ names }) => names.includes(node.text));
    if (rule === undefined || rule.allowed.test(file.path)) return;
    found.push(`${placeOf(file, node)}: the global "${node.text}"; ${rule.instead}`);
  });
  return found;
}

function isMathRandom(node: ts.Node): boolean {
  return ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random';
}

/**
 * Whether an identifier is read as a variable, and not a member, a declaration's name or a type.
 */
function isGlobalUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isNewExpression(parent) || ts.isCallExpression(parent)) return true;
  if (ts.isBinaryExpression(parent) || ts.isArrowFunction(parent)) return true;
  if (ts.isVariableDeclaration(parent)) return parent.initializer === node;
  return ts.isPropertyAssignment(parent) && parent.initializer === node;
}

/** A test that is focused, skipped or still to be written hides others or proves nothing. */
export function checkTestsRun(file: SourceFile): string[] {
  const found: string[] = [];
  walk(file.tree, (node) => {
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return;
    if (!['it', 'test', 'describe'].includes(node.expression.text)) return;
    if (!['only', 'skip', 'todo'].includes(node.name.text)) return;
    found.push(`${placeOf(file, node)}: ${node.getText()}; use skipIf with a printed reason`);
  });
  return found;
}
