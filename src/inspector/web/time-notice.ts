/**
 * Commands to time as the page gives them: what the server refuses is said in the time bar, until
 * the next command.
 */

import { signal } from '@preact/signals';
import type { TimeCommand } from '../wire.js';
import { sendTime } from './connection.js';

/** Why the last command was refused. */
export const refusal = signal<string | undefined>(undefined);

export async function doInTime(command: TimeCommand): Promise<void> {
  refusal.value = undefined;
  try {
    await sendTime(command);
  } catch (error) {
    refusal.value = error instanceof Error ? error.message : String(error);
  }
}
