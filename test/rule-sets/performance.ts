/**
 * Plays a rule set's script on a switch and writes down what the switch says and does, as text in
 * sections: one a step, then what is left behind. Equal texts are equal switches.
 *
 * Before each packet `ofproto/trace` is asked, of its flow only: a packet would teach something,
 * and pass through meters. Then the packet is let in. What depends on chance or
 * on the time is masked when it is written down, so that recording again changes nothing.
 */

import { odpFlowOf } from '../differential/their-twin.js';
import type { IncomingFrame } from '../interop/ovs-peer.js';
import { sentBy } from '../interop/sent-by.js';
import type { Player } from './player.js';
import type { RuleSet, Step } from './rule-set.js';

export interface Section {
  /** A line of the script, or a word for what was asked at the end. */
  readonly title: string;
  readonly lines: readonly string[];
}

const TITLE = '== ';

export async function perform(set: RuleSet, player: Player): Promise<Section[]> {
  const performance = new Performance(set, player);
  const sections: Section[] = [];
  for (const step of set.steps) {
    sections.push({ title: step.line, lines: await performance.perform(step) });
  }
  return [...sections, ...(await performance.conclude())];
}

export function formatSections(sections: readonly Section[]): string {
  return sections.map(({ title, lines }) => `${[TITLE + title, ...lines].join('\n')}\n`).join('');
}

export function parseSections(text: string): Section[] {
  return text
    .split(new RegExp(`^${TITLE}`, 'm'))
    .slice(1)
    .map((section) => section.trimEnd().split('\n'))
    .map(([title = '', ...lines]) => ({ title, lines }));
}

class Performance {
  readonly #player: Player;
  /** Whether packets teach the switch something. */
  readonly #teaches: boolean;
  /** Whether NORMAL floods. */
  readonly #floods: boolean;

  constructor({ flows }: RuleSet, player: Player) {
    this.#player = player;
    this.#floods = /NORMAL/i.test(flows);
    this.#teaches = this.#floods || flows.includes('learn(');
  }

  async perform(step: Step): Promise<string[]> {
    if (step.kind === 'flows') return await this.#megaflows();
    const lines = step.kind === 'packet' ? await this.#letIn(step.frame) : await this.#change(step);
    // A cycle pushes counters, which may teach something; the next has flows follow that.
    if (this.#teaches) for (let i = 0; i < 2; i++) await this.#waitForCycle();
    return lines;
  }

  /** What is left behind. Flows first: a purge, which pushes all counters, takes them away. */
  async conclude(): Promise<Section[]> {
    const flows = await this.#megaflows();
    await this.#player.run('revalidator/purge');
    return [
      { title: 'megaflows', lines: flows },
      { title: 'rules', lines: await this.#rules() },
      { title: 'addresses', lines: await this.#addresses() },
      { title: 'groups', lines: this.#player.groups() },
      { title: 'meters', lines: this.#player.meters() },
    ];
  }

  async #letIn(frame: IncomingFrame): Promise<string[]> {
    const trace = await this.#ask('ofproto/trace', odpFlowOf(frame));
    await this.#player.receive(frame);
    return [...trace, ...this.#player.takeSent()];
  }

  /** What was counted until now belongs to the rules that there are now. */
  async #change(step: Extract<Step, { kind: 'link' | 'change' | 'warp' }>): Promise<string[]> {
    const player = this.#player;
    await this.#waitForCycle();
    if (step.kind === 'change') player.change(step.command, step.text);
    else if (step.kind === 'warp') await player.warp(step.ms);
    else await player.run('netdev-dummy/set-admin-state', step.port, step.state);
    await this.#waitForCycle();
    return player.takeSent();
  }

  async #waitForCycle(): Promise<void> {
    await this.#player.run('revalidator/wait');
  }

  async #megaflows(): Promise<string[]> {
    await this.#waitForCycle();
    const lines = await this.#ask('dpctl/dump-flows');
    return lines.filter((line) => line.includes('recirc_id(')).sort();
  }

  /** Those that packets have met; and how many there are in all. */
  async #rules(): Promise<string[]> {
    const all = await this.#ask('bridge/dump-flows', 'br0');
    const met = all.filter((line) => !line.includes('n_packets=0,'));
    return [`${all.length} rules`, ...met.sort()];
  }

  async #addresses(): Promise<string[]> {
    const [, ...lines] = await this.#ask('fdb/show', 'br0');
    return lines.map((line) => line.trim().split(/\s+/).slice(0, 3).join(' ')).sort();
  }

  async #ask(command: string, ...params: string[]): Promise<string[]> {
    const text = withoutChance(await this.#player.run(command, ...params));
    const lines = text.split('\n').filter((line) => line !== '');
    const [flow = ''] = lines.filter((line) => line.startsWith('Flow: '));
    return lines.map((line) =>
      line.replace(/(?<=actions: ?)\S.*$/, (actions) =>
        this.#withFloodsSorted(actions, flow === '' ? tagOf(line) : flow),
      ),
    );
  }

  /**
   * The real switch floods in the order of a hash. Outputs between two other actions are a set; and
   * where ports differ in their tags, all of them are, each with its own.
   */
  #withFloodsSorted(actions: string, flow: string): string {
    if (this.#floods && /_vlan|trunc/.test(actions)) return sentBy(actions, flow);
    return actions.replace(/(?<=^|[,(])\d+(?:,\d+)+(?=[,)]|$)/g, (ports) =>
      ports
        .split(',')
        .sort((a, b) => Number(a) - Number(b))
        .join(),
    );
  }
}

/** The tag of a datapath flow's packets, in the words of OpenFlow. */
function tagOf(line: string): string {
  const [, vid, pcp = '0'] = /,vlan\(vid=(\d+)(?:,pcp=(\d+))?/.exec(line) ?? [];
  return vid === undefined ? '' : `dl_vlan=${vid},dl_vlan_pcp=${pcp}`;
}

/** Masks numbers of frozen states, hashes, and what depends on the time. */
function withoutChance(text: string): string {
  return text
    .replace(/recirc_id=[1-9]\d*/g, 'recirc_id=ID')
    .replace(/recirc\(0x[0-9a-f]+\)/g, 'recirc(ID)')
    .replace(/recirc_id\(0x[1-9a-f][0-9a-f]*\)/g, 'recirc_id(ID)')
    .replace(/(?<=bucket \d+: score )[1-9]\d*/g, 'SCORE')
    .replace(/dp_hash([=(])0x[0-9a-f]+/g, 'dp_hash$1HASH')
    .replace(/pid=\d+/g, 'pid=ID')
    .replace(/used:[\d.]+s/g, 'used:TIME')
    .replace(/duration=-?[\d.]+s, /g, '');
}
