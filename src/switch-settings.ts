/**
 * Settings as a person writes them, and as the slow path reads them: whenever it needs one.
 */

import type { UdpifSettings } from './actors/udpif-core.js';
import { currentProfile, type Profile } from './machines/profiles.js';

/** Values that an operator may change while the switch runs; undefined: the default. */
export interface SwitchSettings {
  /** Datapath flows at most, whatever the dynamic limit says. Default: 200,000. */
  flowLimit?: number | undefined;
  /** Milliseconds after which an unused datapath flow goes. Default: 10,000; `ovs-2.3`: 1,500. */
  maxIdleMs?: number | undefined;
  /** Milliseconds between the starts of two cycles at most. Default: 500. */
  maxRevalidatorMs?: number | undefined;
  /** Packets a second below which an expensive flow is not revalidated. Default: 5; 0: none. */
  minRevalidatePps?: number | undefined;
}

/** Reads `settings` whenever it is asked, so that a change counts at once. */
export function settingsOf(
  settings: SwitchSettings,
  { defaults }: Pick<Profile, 'defaults'> = currentProfile,
): UdpifSettings {
  return {
    flowLimit: () => settings.flowLimit ?? defaults.flowLimit,
    maxIdle: () => settings.maxIdleMs ?? defaults.maxIdle,
    maxRevalidator: () => settings.maxRevalidatorMs ?? defaults.maxRevalidator,
    minRevalidatePps: () => settings.minRevalidatePps ?? defaults.minRevalidatePps,
  };
}
