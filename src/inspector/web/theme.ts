/**
 * Light or dark: as the system has it until the reader chooses, who is remembered.
 *
 * The element `html` carries the answer as `data-theme`; `theme.css` has the colours. Whoever draws
 * on a canvas reads them with `cssColor`, again after `theme` has changed.
 */

import { computed, effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';
export type ThemeChoice = Theme | 'system';

const STORED_AS = 'upcall.theme';
const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

const isSystemDark = signal(false);

/** What the reader has chosen. */
export const themeChoice = signal<ThemeChoice>('system');

/** What is shown. */
export const theme = computed<Theme>(() => {
  if (themeChoice.value !== 'system') return themeChoice.value;
  return isSystemDark.value ? 'dark' : 'light';
});

/** Follows system and reader from now on. */
export function startTheme(): void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  isSystemDark.value = query.matches;
  query.addEventListener('change', () => {
    isSystemDark.value = query.matches;
  });
  const stored = localStorage.getItem(STORED_AS);
  themeChoice.value = CHOICES.find((choice) => choice === stored) ?? 'system';
  effect(() => {
    document.documentElement.dataset['theme'] = theme.value;
  });
}

/** From system to light, dark, and back. */
export function chooseNextTheme(): void {
  const next = CHOICES[(CHOICES.indexOf(themeChoice.value) + 1) % CHOICES.length] ?? 'system';
  themeChoice.value = next;
  localStorage.setItem(STORED_AS, next);
}

/** The present value of a custom property of `theme.css`: `cssColor('--blue')`. */
export function cssColor(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property).trim();
}
