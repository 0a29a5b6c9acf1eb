/**
 * The words of a filter box, as the server reads them: parts separated by blanks, all of which must
 * hold. Buttons of the page (a rule, "gone") switch single words on and off and leave the others as
 * they were typed.
 */

const RULE = /^rule:(\d+)$/;

export function wordsOf(filter: string): string[] {
  return filter.split(/\s+/).filter((word) => word !== '');
}

export function hasWord(filter: string, word: string): boolean {
  return wordsOf(filter).includes(word);
}

/** The filter with or without a word; a word that is added comes last. */
export function withWord(filter: string, word: string, isOn: boolean): string {
  const others = wordsOf(filter).filter((other) => other !== word);
  return (isOn ? [...others, word] : others).join(' ');
}

/** The filter without what the server refuses, for it is still being typed: "rule:", "rule:x". */
export function askable(filter: string): string {
  return wordsOf(filter)
    .filter((word) => RULE.test(word) || !/^(rule:|state:$)/.test(word))
    .join(' ');
}

/** The rule that the filter asks for; the first, if there are several. */
export function ruleOf(filter: string): number | undefined {
  for (const word of wordsOf(filter)) {
    const number = RULE.exec(word)?.[1];
    if (number !== undefined) return Number(number);
  }
  return undefined;
}

/** The filter asking for one rule instead of those it asked for; undefined: for none. */
export function withRule(filter: string, rule: number | undefined): string {
  const others = wordsOf(filter).filter((word) => !RULE.test(word));
  return (rule === undefined ? others : [...others, `rule:${rule}`]).join(' ');
}
