/**
 * `upcall/*` and `revalidator/*`: the slow path, asked and told.
 *
 * What the texts are made of is in `src/switch-runtime.ts` and `src/actors/udpif-show.ts`. Answers
 * to the `upcall_unixctl_*` functions of OVS's `ofproto/ofproto-dpif-upcall.c`.
 */

import { type Command, CommandError } from './command.js';
import type { ManagementContext } from './management-context.js';
import { untilParked, untilSettled } from './udpif-waiting.js';

export function upcallCommands({ sw }: ManagementContext): readonly Command[] {
  const { runtime } = sw;
  const plain = { usage: '', argsMin: 0, argsMax: 0 };
  const switchMegaflows = async (isEnabled: boolean): Promise<string> => {
    const text = runtime.switchMegaflows(isEnabled);
    await Promise.all(runtime.udpifs.map(untilSettled));
    return text;
  };
  return [
    { ...plain, name: 'upcall/show', run: () => runtime.showUpcall() },
    { ...plain, name: 'upcall/enable-megaflows', run: () => switchMegaflows(true) },
    { ...plain, name: 'upcall/disable-megaflows', run: () => switchMegaflows(false) },
    { ...plain, name: 'upcall/enable-ufid', run: () => runtime.switchUfids(true) },
    { ...plain, name: 'upcall/disable-ufid', run: () => runtime.switchUfids(false) },
    {
      name: 'upcall/set-flow-limit',
      usage: 'flow-limit-number',
      argsMin: 1,
      argsMax: 1,
      run: (args) => runtime.setFlowLimit(args),
    },
  ];
}

export function revalidatorCommands({ sw }: ManagementContext): readonly Command[] {
  const { runtime } = sw;
  const noArgs = { argsMin: 0, argsMax: 0 };
  return [
    { ...noArgs, name: 'revalidator/wait', usage: '', run: () => waitForCycle(runtime.udpifs) },
    {
      ...noArgs,
      name: 'revalidator/purge',
      usage: '',
      run: async () => {
        for (const udpif of runtime.udpifs) udpif.purge();
        await Promise.all(runtime.udpifs.map(untilSettled));
        return '';
      },
    },
    {
      ...noArgs,
      name: 'revalidator/pause',
      usage: undefined,
      run: async () => {
        for (const udpif of runtime.udpifs) udpif.pause();
        await Promise.all(runtime.udpifs.map(untilParked));
        return '';
      },
    },
    {
      ...noArgs,
      name: 'revalidator/resume',
      usage: undefined,
      run: () => {
        for (const udpif of runtime.udpifs) udpif.resume();
        return '';
      },
    },
  ];
}

type Udpifs = ManagementContext['sw']['runtime']['udpifs'];

/** Answers when a cycle has ended that began after the question. */
function waitForCycle(udpifs: Udpifs): Promise<string> {
  const [udpif, ...others] = udpifs;
  if (udpif === undefined || others.length > 0) {
    throw new CommandError("can't wait on multiple udpifs.");
  }
  return new Promise((resolve) => udpif.waitForCycle(() => resolve('')));
}
