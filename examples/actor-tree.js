// @ts-check
/**
 * Ukeys are actors: follows one through its life (put, dumps, idle, deletion), and prints the tree
 * of the slow path's actors while it lives.
 *
 * Run it: `npm run build && node examples/actor-tree.js`
 */

import { createSwitch, packet, VirtualClock } from 'upcall';

const IDLE_MS = 2_000;

export async function main(print = console.log) {
  const clock = new VirtualClock({ start: 1_000 });
  const follow = createFollower(clock, print);
  const sw = createSwitch({
    ports: 2,
    handlers: 2,
    revalidators: 2,
    settings: { maxIdleMs: IDLE_MS },
    clock,
    // The first actor that is born as a ukey; `sw.udpif.ukeys()` finds those that live already.
    inspect: {
      observer: (event) => {
        if (event.type === '@xstate.snapshot' && stateOf(event.snapshot) === 'created') {
          follow(/** @type {import('xstate').AnyActorRef} */ (event.actorRef));
        }
      },
      ukeys: 'all',
    },
  });
  sw.events.subscribe((event) => {
    if (event.type === 'delete') print(`${clock.now()} ms: deleted for ${event.reason}`);
  });

  for (const last of ['0a', '0b', '0c']) {
    sw.inject(1, packet(`udp,dl_src=02:00:00:00:00:${last}`));
  }
  await sw.settled();
  printTree(sw.udpif.actorTree(), print);
  clock.advance(2 * IDLE_MS);
  await sw.stop();
}

/**
 * Subscribes to the first actor that it is given, and prints its states.
 *
 * @param {VirtualClock} clock
 * @param {(line: string) => void} print
 * @returns {(actor: import('xstate').AnyActorRef) => void}
 */
function createFollower(clock, print) {
  let isFollowing = false;
  let last = '';
  let dumps = 0;
  return (actor) => {
    if (isFollowing) return;
    isFollowing = true;
    actor.subscribe({
      next: (snapshot) => {
        const state = stateOf(snapshot);
        const isEvicting = state === 'evicting';
        if (state === last) dumps++;
        else
          print(`${clock.now()} ms: ukey is ${state}${isEvicting ? `, after ${dumps} dumps` : ''}`);
        last = state;
      },
      complete: () => print(`${clock.now()} ms: ukey is no more`),
    });
  };
}

/**
 * @param {import('upcall').ActorTree} tree
 * @param {(line: string) => void} print
 */
function printTree({ actor, children }, print, depth = 1) {
  print(`${'  '.repeat(depth)}${actor.id}: ${stateOf(actor.getSnapshot())}`);
  for (const child of children()) printTree(child, print, depth + 1);
}

/** @param {unknown} snapshot */
function stateOf(snapshot) {
  const { value = '' } = /** @type {{ value?: unknown }} */ (snapshot);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

if (process.argv[1] === import.meta.filename) await main();
