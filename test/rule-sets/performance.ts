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
import type { Player } from './player.js';
import type { RuleSet, Step } from './rule-set.js';

export interface Section {
  /** A line of the script, or a word for what was asked at the end. */
  readonly title: string;
  readonly lines: readonly string[];
}

const TITLE = '== ';

export async function perform({ steps, flows }: RuleSet, player: Player): Promise<Section[]> {
  const sections: Section[] = [];
  const teaches = /learn\(|NORMAL/i.test(flows);
  for (const step of steps) {
    sections.push({ title: step.line, lines: await performStep(step, player) });
    if (teaches) await followLessons(player);
  }
  return [...sections, ...(await askAll(player))];
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

async function performStep(step: Step, player: Player): Promise<string[]> {
  if (step.kind === 'flows') return await megaflows(player);
  if (step.kind === 'packet') return await letIn(step.frame, player);
  // What was counted until now belongs to the rules that there are now.
  await waitForCycle(player);
  await change(step, player);
  await waitForCycle(player);
  return player.takeSent();
}

async function letIn(frame: IncomingFrame, player: Player): Promise<string[]> {
  const trace = await player.run('ofproto/trace', odpFlowOf(frame));
  await player.receive(frame);
  return [...plainLines(trace), ...player.takeSent()];
}

async function change(
  step: Extract<Step, { kind: 'link' | 'change' | 'warp' }>,
  player: Player,
): Promise<void> {
  if (step.kind === 'change') player.change(step.command, step.text);
  else if (step.kind === 'warp') await player.warp(step.ms);
  else await player.run('netdev-dummy/set-admin-state', step.port, step.state);
}

/** A cycle pushes counters, which may teach something; the next has flows follow that. */
async function followLessons(player: Player): Promise<void> {
  await waitForCycle(player);
  await waitForCycle(player);
}

async function waitForCycle(player: Player): Promise<void> {
  await player.run('revalidator/wait');
}

/** The flows first: a purge, which pushes all counters, takes them away. */
async function askAll(player: Player): Promise<Section[]> {
  const flows = await megaflows(player);
  await player.run('revalidator/purge');
  return [
    { title: 'megaflows', lines: flows },
    { title: 'rules', lines: await rules(player) },
    { title: 'addresses', lines: await addresses(player) },
    { title: 'groups', lines: player.groups() },
    { title: 'meters', lines: player.meters() },
  ];
}

async function megaflows(player: Player): Promise<string[]> {
  await waitForCycle(player);
  const lines = plainLines(await player.run('dpctl/dump-flows'));
  return lines.filter((line) => line.includes('recirc_id(')).sort();
}

/** Those that packets have met; and how many there are in all. */
async function rules(player: Player): Promise<string[]> {
  const all = plainLines(await player.run('bridge/dump-flows', 'br0'));
  const met = all.filter((line) => !line.includes('n_packets=0,'));
  return [`${all.length} rules`, ...met.sort()];
}

async function addresses(player: Player): Promise<string[]> {
  const [, ...lines] = plainLines(await player.run('fdb/show', 'br0'));
  return lines.map((line) => line.trim().split(/\s+/).slice(0, 3).join(' ')).sort();
}

function plainLines(text: string): string[] {
  const plain = text
    .replace(/recirc_id=[1-9]\d*/g, 'recirc_id=ID')
    .replace(/recirc\(0x[0-9a-f]+\)/g, 'recirc(ID)')
    .replace(/recirc_id\(0x[1-9a-f][0-9a-f]*\)/g, 'recirc_id(ID)')
    .replace(/(?<=bucket \d+: score )[1-9]\d*/g, 'SCORE')
    .replace(/dp_hash([=(])0x[0-9a-f]+/g, 'dp_hash$1HASH')
    .replace(/pid=\d+/g, 'pid=ID')
    .replace(/used:[\d.]+s/g, 'used:TIME')
    .replace(/duration=-?[\d.]+s, /g, '');
  return plain
    .split('\n')
    .filter((line) => line !== '')
    .map(sortOutputs);
}

/** The real switch floods in the order of a hash: outputs between two other actions are a set. */
function sortOutputs(line: string): string {
  return line.replace(/(?<=actions: ?)\S.*$/, (actions) =>
    actions.replace(/(?<=^|[,(])\d+(?:,\d+)+(?=[,)]|$)/g, (ports) =>
      ports
        .split(',')
        .sort((a, b) => Number(a) - Number(b))
        .join(),
    ),
  );
}
