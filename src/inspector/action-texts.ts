/**
 * Lists of datapath actions as `dpctl/dump-flows` writes them. The translator shares equal lists,
 * so that few texts are made.
 *
 * Owner: one recorder.
 */

import type { OdpActions } from '../datapath/odp-actions.js';
import { formatOdpActions } from '../datapath/odp-actions-text.js';

export class ActionTexts {
  readonly #texts = new WeakMap<OdpActions, string>();

  of(actions: OdpActions): string {
    let text = this.#texts.get(actions);
    if (text === undefined) {
      text = formatOdpActions(actions);
      this.#texts.set(actions, text);
    }
    return text;
  }
}
