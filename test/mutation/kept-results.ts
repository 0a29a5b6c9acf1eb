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

  /** Tries `files` and keeps what comes out, be it that they have no mutants. */
  async keep(files: readonly string[], attempt: () => Promise<readonly Mutant[]>): Promise<void> {
    // Before they are tried: somebody may edit them meanwhile.
    const hashes = files.map(hashOf);
    const mutants = await attempt();
    for (const [i, file] of files.entries()) {
      const own = mutants.filter((one) => one.file === file);
      this.#files.set(file, { hash: hashes[i] ?? '', mutants: own });
    }
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(Object.fromEntries(this.#files), undefined, 1));
  }
}

function hashOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
