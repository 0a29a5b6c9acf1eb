/**
 * What a bridge in fail mode "standalone" does about its controllers, or the lack of them.
 *
 * ```states
 * alone   -- controller.added --> waiting
 * waiting -- controller.added --> waiting
 * waiting -- controller.admitted --> guided
 * waiting -- patience.passed --> open
 * guided  -- controllers.lost --> waiting
 * open    -- controller.admitted --> guided
 * open    -- nudge.due --> open
 * ```
 *
 * Without controllers it forwards by addresses, with a rule that everybody sees. With controllers
 * it does what they say; when all have been silent for three probe intervals, it forgets their
 * rules and forwards by addresses with a hidden one, until one of them is back and says something
 * that only a controller says. Answers to OVS's `ofproto/fail-open.c` and `connmgr_flushed`.
 */

import { setup } from 'xstate';

export type FailModeEvent =
  /** A connection to one is to be kept up. */
  | { readonly type: 'controller.added' }
  /** One does a controller's work: it has let us in. */
  | { readonly type: 'controller.admitted' }
  /** None does any more. */
  | { readonly type: 'controllers.lost' }
  | { readonly type: 'patience.passed' }
  | { readonly type: 'nudge.due' };

/**
 * `forwardAlone`: a visible rule of NORMAL. `forgetRules`: delete all that are visible.
 * `armPatience`: `patience.passed` when all have been silent for too long. `takeOver`: a hidden
 * rule of NORMAL above all others; `handBack`: remove it. `armNudge`: `nudge.due` a while later;
 * `nudge`: send whoever is connected a packet, so that it says something. `disarm`: no timer.
 */
export const failModeEffects = [
  'forwardAlone',
  'forgetRules',
  'armPatience',
  'takeOver',
  'handBack',
  'armNudge',
  'nudge',
  'disarm',
] as const;

export type FailModeEffect = (typeof failModeEffects)[number];

/** Whoever runs the machine provides its effects. */
function missing(): never {
  throw new Error('Bug: an effect of the fail-mode machine is not provided');
}

export const failModeMachine = setup({
  types: {} as { events: FailModeEvent },
  actions: {
    forwardAlone: missing,
    forgetRules: missing,
    armPatience: missing,
    takeOver: missing,
    handBack: missing,
    armNudge: missing,
    nudge: missing,
    disarm: missing,
  },
}).createMachine({
  id: 'fail-mode',
  initial: 'alone',
  states: {
    alone: {
      entry: 'forwardAlone',
      on: { 'controller.added': { target: 'waiting', actions: 'forgetRules' } },
    },
    waiting: {
      entry: 'armPatience',
      exit: 'disarm',
      on: {
        'controller.added': { target: 'waiting', reenter: true },
        'controller.admitted': 'guided',
        'patience.passed': 'open',
      },
    },
    guided: { on: { 'controllers.lost': 'waiting' } },
    open: {
      entry: ['forgetRules', 'takeOver', 'armNudge'],
      exit: ['disarm', 'handBack'],
      on: {
        'controller.admitted': 'guided',
        'nudge.due': { actions: ['nudge', 'armNudge'] },
      },
    },
  },
});
