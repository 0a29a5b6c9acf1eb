/**
 * The layouts of our own machines by `layoutKey`; made by `vite.config.ts` when the page is built.
 */

declare module 'virtual:machine-layouts' {
  import type { StatechartLayout } from './statechart-layout.js';

  export const machineLayouts: Readonly<Record<string, StatechartLayout>>;
}
