import { measureUnwatched, profileHotPath } from './unwatched.js';
const effort = { runs: 5, ms: 300, sizes: { 'hot-path': 1000, 'set-up': 10000, dump: 10000 } };
for (const b of ['hot-path', 'set-up', 'dump'] as const)
  console.log(b, await measureUnwatched(b, effort));
console.log(await profileHotPath(effort));
