import { fork } from 'node:child_process';
import { join } from 'node:path';
import { WebSocket } from 'ws';
const [rate = '10000', flows = '200000'] = process.argv.slice(2);
const child = fork(join(import.meta.dirname, 'live-child.js'), [rate, flows, '4000']);
const q = (sort: string, d = false, filter = '') => ({
  filter,
  sort,
  isDescending: d,
  offset: 0,
  limit: 100,
});
const steps: [string, string, unknown][] = [
  ['none', '', {}],
  ['house', 'house', {}],
  ['cycle', 'cycle', {}],
  ['machine', 'machine', { machine: 'leader' }],
  ['charts', 'charts', { points: 300 }],
  ['upcalls filter', 'upcalls', { filter: 'udp', before: undefined, limit: 100 }],
  ['upcalls', 'upcalls', { filter: '', before: undefined, limit: 100 }],
  ['flows packets', 'flows', q('packets', true)],
  ['flows idle', 'flows', q('idle')],
  ['flows key', 'flows', q('key')],
  ['flows actions', 'flows', q('actions')],
  ['flows filter', 'flows', q('packets', true, '11.0.1')],
  ['flows gone', 'flows', q('age', true, 'gone')],
  ['none', '', {}],
];
let i = -1;
let ws: WebSocket;
let n = 0;
function next() {
  const s = steps[++i];
  if (!s) {
    child.send('end');
    return;
  }
  ws.send(JSON.stringify({ type: 'unwatch', slot: 'a' }));
  if (s[1]) ws.send(JSON.stringify({ type: 'watch', slot: 'a', view: s[1], query: s[2] }));
  n = 0;
  docs = 0;
}
let docs = 0;
const f = (x: number) => x.toFixed(1);
child.on('message', (m: any) => {
  if (m.url) {
    ws = new WebSocket(m.url.replace('http', 'ws') + 'ws', { origin: new URL(m.url).origin });
    ws.on('open', next);
    ws.on('message', (d) => {
      const t = JSON.parse(String(d));
      if (t.type === 'view') docs++;
      else if (t.type === 'reply') console.log(t);
    });
  }
  if (m.figures) {
    const g = m.figures;
    n++;
    console.log(
      (steps[i]?.[0] ?? '').padEnd(14),
      `flows ${g.flows} ups ${g.upcallsPerSecond.toFixed(0)} turns p99 ${f(g.turns.p99)} max ${f(g.turns.longest)} share ${(100 * g.turns.share).toFixed(1)}% gaps ${f(g.gaps.p50)}/${f(g.gaps.p99)}/${f(g.gaps.longest)} heap ${(g.heapBytes / 1e6).toFixed(0)} docs ${docs}`,
    );
    docs = 0;
    if (n >= 2) next();
  }
  if (m.end) {
    console.log(m.end);
    ws.close();
  }
});
