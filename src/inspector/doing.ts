/**
 * What an actor does or waits for, in words.
 *
 * One sentence a state of the machines in `src/machines/`, with the facts of the moment in it: what
 * the leader waits for is the first thing that one wants to know of a slow path that stands still.
 * A state that nobody has a sentence for is named.
 */

import type { ActorRecord } from './actors-model.js';
import type { ModelState } from './model-state.js';
import { countedText, countText, listText, timeText } from './quantity-text.js';

type Sentence = (actor: ActorRecord, model: ModelState) => string;

/** "waits for upcalls". */
export function doingOf(actor: ActorRecord, model: ModelState): string {
  if (actor.status === 'error') return 'has failed';
  if (actor.status !== 'active') return 'has ended';
  const { machine, state } = actor;
  if (machine === undefined) return '';
  const sentences = Object.hasOwn(SENTENCES, machine) ? SENTENCES[machine] : undefined;
  const sentence = sentences?.[state] ?? sentences?.[state.split('.')[0] ?? ''];
  if (typeof sentence === 'function') return sentence(actor, model);
  return sentence ?? `is ${state}`;
}

/** What the leader does; undefined: there is none. */
export function leaderOf(model: ModelState): ActorRecord | undefined {
  return model.actors.all().findLast(({ machine }) => machine === 'leader');
}

const handler: Record<string, string | Sentence> = {
  waiting: 'waits for upcalls',
  receiving: 'reads a batch of upcalls',
  translating: (actor, { upcalls }) => {
    const count = upcalls.inHand(Number(actor.name.split('-').at(-1)));
    const what = count === 0 ? 'its upcalls' : countedText(count, 'upcall');
    return `asks the translator what should happen to ${what}`;
  },
  'operating.submitting': 'has the datapath carry out what the batch came to',
  'operating.yielding': 'has done a batch and lets others have their turn',
  exited: 'has ended',
};

const leader: Record<string, string | Sentence> = {
  'starting.sampling': 'starts a cycle: looks what has changed and how many flows there are',
  'starting.atStartBarrier': waitAtBarrier('before the dump'),
  'dumping.working': (_actor, model) => `dumps ${flowsText(model)}`,
  'dumping.atSweepBarrier': waitAtBarrier('after the dump'),
  'sweeping.working': 'sweeps the ukeys that the dump has not brought',
  'sweeping.atFinishBarrier': waitAtBarrier('after the sweep'),
  finishing: 'ends the cycle: adapts the flow limit to how long it took',
  waiting: (_actor, { cycles: { nextAt }, startedAt }) => {
    const until = nextAt === undefined ? '' : `until ${timeText(nextAt, startedAt)}, or `;
    return `waits ${until}for a change of rules, MACs or ports`;
  },
  paused: 'is paused, and all revalidators with it, until somebody resumes it',
  exited: 'has ended',
};

const revalidator: Record<string, string | Sentence> = {
  atStartBarrier: waitAtBarrier('before the dump'),
  dumping: 'dumps its part of the flows',
  atSweepBarrier: waitAtBarrier('after the dump'),
  sweeping: 'sweeps its ukeys',
  atFinishBarrier: waitAtBarrier('after the sweep'),
  exited: 'has ended',
};

const barrier: Record<string, string | Sentence> = {
  gathering: (_actor, model) => {
    const members = membersOf(model);
    const waiting = members.filter(({ state }) => state.endsWith('Barrier'));
    return `holds ${waiting.length} of ${countedText(members.length, 'member')}`;
  },
};

const udpif: Record<string, string | Sentence> = {
  stopped: 'has no handlers and no revalidators',
  configuring: 'asks the datapath for upcall queues',
  'running.cycling': (_actor, model) => {
    const handlers = model.actors.all().filter((actor) => isActive(actor, 'handler'));
    const handlersText = countedText(handlers.length, 'handler');
    return `runs ${handlersText} and ${countedText(membersOf(model).length, 'revalidator')}`;
  },
  'running.parking': 'waits for the leader to stop at its barrier',
  'running.parked': 'has paused the revalidators until somebody resumes them',
  'running.clearing': 'deletes all flows, as the operator wants',
  'stopping.handlers': 'waits for its handlers to end',
  'stopping.revalidators': 'waits for its revalidators to end',
  purging: 'deletes all flows that have ukeys',
  flushing: 'flushes the datapath',
  destroyed: 'has ended',
};

const SENTENCES: Readonly<Record<string, Readonly<Record<string, string | Sentence>>>> = {
  handler,
  leader,
  revalidator,
  barrier,
  udpif,
};

/** Names those who have not come to the barrier yet. */
function waitAtBarrier(where: string): Sentence {
  return (actor, model) => {
    const at = actor.state.split('.').at(-1) ?? '';
    const missing = membersOf(model).filter(({ state }) => !state.endsWith(at));
    const whom = missing.length === 0 ? '' : ` for ${listText(missing.map(spokenName))}`;
    return `waits at the barrier ${where}${whom}`;
  };
}

function flowsText({ cycles }: ModelState): string {
  const cycle = cycles.cycles.at(-1);
  if (cycle === undefined) return 'the flows';
  return `the ${countText(cycle.flows)} flows of cycle ${cycle.cycle}`;
}

function membersOf(model: ModelState): ActorRecord[] {
  return model.actors
    .all()
    .filter((actor) => isActive(actor, 'leader') || isActive(actor, 'revalidator'));
}

function isActive({ machine, status }: ActorRecord, name: string): boolean {
  return machine === name && status === 'active';
}

/** "revalidator 1", "the leader". */
function spokenName({ name }: ActorRecord): string {
  return name === 'leader' ? 'the leader' : name.replace('-', ' ');
}
