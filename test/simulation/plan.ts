/**
 * A plan: everything that decides a run of the simulator, as data that can be printed and replayed.
 *
 * An event is a step (what happens), how many tasks of the clock run after it, and the `luck` that
 * decides which of them runs first, which flows a dump misses, and so on. Since each event brings
 * its own luck, taking one away leaves that of the others alone: that is what makes shrinking work.
 */

import type { Errno } from '../../src/datapath/dpif.js';

export type ProfileName = 'current' | 'ovs-2.3';

/** How the bridges lie: without patch ports, two joined by them, three in a chain. */
export type LayoutName = 'apart' | 'joined' | 'chain';

/**
 * `dns` goes to a controller, `icmp` takes the slow path, `flood` is sent to everyone, `mpls` comes
 * back from the datapath without its label.
 */
export type FrameKind = 'udp' | 'tcp' | 'dns' | 'icmp' | 'arp' | 'vlan' | 'flood' | 'mpls';

export interface FrameChoice {
  readonly kind: FrameKind;
  /** Hosts, by number: their addresses. */
  readonly from: number;
  readonly to: number;
  /** The source port: each one is a megaflow of its own where rules look at it. */
  readonly id: number;
  /** Bytes of payload. */
  readonly size: number;
}

/** How a dump is imperfect; `mixed`: it misses, repeats and shuffles. */
export type DumpWay = 'miss' | 'repeat' | 'shuffle' | 'mixed' | 'stop' | 'break';

/** Whom a fault makes fail with an error. */
export type FailingCall =
  | 'put'
  | 'modify'
  | 'delete'
  | 'get'
  | 'execute'
  | 'stats'
  | 'receive'
  | 'flush'
  | 'handlers';

/** Who throws: a method of the translator or of its caches, or a subscriber. */
export type Thrower =
  | 'receive'
  | 'translate'
  | 'push'
  | 'clear'
  | 'createCache'
  | 'events'
  | 'transmitted'
  | 'packetIns'
  | 'ukey';

export type SettingName = 'flowLimit' | 'maxIdleMs' | 'maxRevalidatorMs' | 'minRevalidatePps';

export type GroupVerb = 'add_or_modify' | 'delete' | 'insert_bucket' | 'remove_bucket';

/** The bridge that is meant, counted around from 0 among those that there are; else the first. */
interface OnBridge {
  readonly bridge?: number;
}

/** A change of rules or of groups. */
export type Change =
  | { readonly do: 'rule'; readonly verb: 'add' | 'modify' | 'delete'; readonly flow: string }
  | { readonly do: 'group'; readonly verb: GroupVerb; readonly group: string };

export type Step =
  | (Change & OnBridge)
  /** Several at once: all of them, or, where the tables refuse one, none. */
  | ({ readonly do: 'bundle'; readonly changes: readonly Change[] } & OnBridge)
  | ({ readonly do: 'send'; readonly port: number; readonly count: number } & FrameChoice)
  /** A packet comes, others remove its flow before any handler looks, and it comes again. */
  | ({ readonly do: 'again'; readonly port: number } & FrameChoice)
  | { readonly do: 'move'; readonly port: number; readonly from: number; readonly to: number }
  /** `count` new flows at once, from the source port `id` on. */
  | { readonly do: 'burst'; readonly port: number; readonly id: number; readonly count: number }
  | { readonly do: 'runt'; readonly port: number }
  | { readonly do: 'meter'; readonly verb: 'add' | 'modify' | 'delete'; readonly meter: string }
  /** A port's cable is pulled or put in, as groups that watch the port see it. */
  | { readonly do: 'link'; readonly port: number; readonly isUp: boolean }
  | { readonly do: 'unplug'; readonly port: number; readonly of: 'bridge' | 'datapath' | 'both' }
  | { readonly do: 'plug'; readonly port: number }
  /** A patch port goes, comes back as it was, or comes back naming another one. */
  | { readonly do: 'unpatch' | 'patch'; readonly end: number }
  | { readonly do: 'repoint'; readonly end: number; readonly peer: number }
  | { readonly do: 'threads'; readonly handlers: number; readonly revalidators: number }
  | { readonly do: 'stop' | 'start' | 'synchronize' | 'flush' | 'purge' | 'pause' | 'resume' }
  | { readonly do: 'show' }
  | { readonly do: 'limit'; readonly flows: number }
  | { readonly do: 'setting'; readonly name: SettingName; readonly value: number }
  | { readonly do: 'megaflows'; readonly isOn: boolean }
  /** Time passes, and every deadline in it is kept. */
  | { readonly do: 'wait'; readonly ms: number }
  /** Time passes at once, as if the process had slept. */
  | { readonly do: 'leap'; readonly ms: number }
  /** The time of day is set; no deadline notices. */
  | { readonly do: 'shift'; readonly ms: number }
  | { readonly do: 'dumps'; readonly way: DumpWay; readonly times: number }
  | {
      readonly do: 'fail';
      readonly what: FailingCall;
      readonly error: Errno;
      readonly times: number;
    }
  /** Operations are answered late, or carried out late. */
  | {
      readonly do: 'late';
      readonly way: 'answer' | 'work';
      readonly ms: number;
      readonly times: number;
    }
  /** Somebody else deletes a flow. */
  | { readonly do: 'steal'; readonly nth: number }
  | { readonly do: 'throw'; readonly who: Thrower; readonly times: number }
  /** What dumping one flow costs. */
  | { readonly do: 'slow'; readonly us: number };

export type SimEvent = Step & {
  /** Tasks that run afterwards; -1: until none is due. */
  readonly run: number;
  readonly luck: number;
};

export interface Plan {
  readonly seed: number;
  readonly profile: ProfileName;
  readonly handlers: number;
  readonly revalidators: number;
  /** Whether every inspection event of the actors is looked at: then ukeys take the long way. */
  readonly isInspected: boolean;
  /** Whether upcalls are answered before the next packet is looked up, or queued. */
  readonly isInline: boolean;
  /** Plans of before there were others are without it: then the bridges lie apart. */
  readonly layout?: LayoutName;
  readonly events: readonly SimEvent[];
}

/** Runs until no task is due. */
export const RUN_ALL = -1;

/** The plan as one line of JSON. */
export function formatPlan(plan: Plan): string {
  return JSON.stringify(plan);
}

/** The plan that `formatPlan` printed. Throws where `text` is none. */
export function parsePlan(text: string): Plan {
  const plan: unknown = JSON.parse(text);
  if (typeof plan !== 'object' || plan === null || !('events' in plan)) {
    throw new TypeError('Cannot replay: this JSON is no plan, it has no "events"');
  }
  return plan as Plan;
}

/** An event for people: its step and its parameters. */
export function formatEvent(event: SimEvent): string {
  const { do: name, run, luck: _, ...parameters } = event;
  const words = Object.entries(parameters).map(
    ([key, value]) => `${key}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
  );
  return [name, ...words, ...(run === RUN_ALL ? [] : [`(then ${run} tasks)`])].join(' ');
}
