/**
 * Results on disk, by file, with the hash of the source that they are about: an interrupted run can
 * be taken up, and a file that has changed is tried anew.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Mutant } from './mutant.js';

interface FileResults {
  readonly hash: string;
  readonly mutants: readonly Mutant[];
}

export class KeptResults {
  readonly #path: string;
  readonly #files: Map<string, FileResults>;

  constructor(path: string) {
    this.#path = path;
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '{}';
    this.#files = new Map(Object.entries(JSON.parse(text) as Record<string, FileResults>));
  }

  /** The mutants of `file` as it is now; undefined where they were not tried. */
  of(file: string): readonly Mutant[] | undefined {
    const kept = this.#files.get(file);
    return kept?.hash === hashOf(file) ? kept.mutants : undefined;
  }

  /** Keeps what came out for `files`, be it that they have no mutants. */
  keep(files: readonly string[], mutants: readonly Mutant[]): void {
    for (const file of files) {
      const own = mutants.filter((one) => one.file === file);
      this.#files.set(file, { hash: hashOf(file), mutants: own });
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(Object.fromEntries(this.#files), undefined, 1));
  }
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
