/**
 * The package's version, read from its `package.json`, which stands beside `dist/` and `src/`
 * alike; deeper down where a test or a bench was compiled.
 */

import { existsSync, readFileSync } from 'node:fs';

export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(packageFile(), 'utf8'));
  const hasVersion = typeof parsed === 'object' && parsed !== null && 'version' in parsed;
  return hasVersion ? String(parsed.version) : 'unknown';
}

/** In the nearest folder above ours. */
function packageFile(): URL {
  const places = ['../../package.json', '../../../package.json'];
  const urls = places.map((place) => new URL(place, import.meta.url));
  return urls.find((url) => existsSync(url)) ?? new URL('package.json', import.meta.url);
}
