// @ts-check
/**
 * A learning switch in 20 lines: an unknown destination is flooded, a known one is not.
 *
 * Run it: `npm run build && node examples/learning-switch.js`
 */

import { createSwitch, packet } from 'upcall';

export async function main(print = console.log) {
  const sw = createSwitch({ ports: ['alice', 'bob', 'carol'], flows: 'actions=NORMAL' });
  sw.transmitted.subscribe((batch) => {
    for (const { port } of batch) print(`  out at ${port.name}`);
  });

  const send = async (/** @type {string} */ from, /** @type {string} */ text) => {
    print(`${from} sends ${text}`);
    sw.inject(from, packet(text));
    await sw.revalidated();
  };
  await send('alice', 'udp,dl_src=02:00:00:00:00:0a,dl_dst=02:00:00:00:00:0b,tp_dst=53');
  await send('bob', 'udp,dl_src=02:00:00:00:00:0b,dl_dst=02:00:00:00:00:0a,tp_src=53');
  await send('alice', 'udp,dl_src=02:00:00:00:00:0a,dl_dst=02:00:00:00:00:0b,tp_dst=54');

  print(sw.dumpMegaflows());
  await sw.stop();
}

if (process.argv[1] === import.meta.filename) await main();
