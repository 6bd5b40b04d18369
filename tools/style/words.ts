/**
 * Words of the earlier, private language. They are whole words of a name: `lookup` is not `look`.
 */
const BANNED_WORDS: ReadonlySet<string> = new Set(
  [
    'tell tells telling told',
    'hear hears hearing heard',
    'look looks looking looked',
    'take takes taking took taken',
    'hold holds holding held',
    'keep keeps keeping kept',
    'stand stands standing stood',
    'behind whoever nobody anybody usual',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Standard terms that contain a banned word: of HTTP, of Kysely, and of the ask-and-tell interface.
 */
const STANDARD_NAMES = /keep_?alive|execute_?take|ask_?and_?tell/i;
/** External trials have the ask-and-tell interface, as Optuna calls it. */
const TELL_IS_STANDARD = /(?:^|\/)(?:sweeps|search)\/|openapi/;

/** The banned words in a name of camelCase, PascalCase, kebab-case or SNAKE_CASE. */
export function bannedWords(name: string, file: string): readonly string[] {
  if (STANDARD_NAMES.test(name)) return [];
  return wordsOf(name).filter((word) => BANNED_WORDS.has(word) && !(word === 'tell' && TELL_IS_STANDARD.test(file)));
}

function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
}

/** What separates two words: also the end of a line of a comment. */
const GAP = String.raw`(?:\s|\*|//)+`;

/** Phrases of the earlier language. A space stands for any gap between words. */
const PHRASES: readonly string[] = [
  'whoever',
  '(?:no|any)body',
  '(?<!there )(?:is|are|was|were) none',
  'of (?:itself|themselves)',
  'to be had',
  'that there (?:is|are)',
  '(?:go|goes|going|gone|went) on',
  '(?:come|comes|coming|came) to',
  '(?:tell|tells|telling|told)',
  '(?:hear|hears|hearing|heard)',
  '(?:look|looks|looking|looked) (?:at|after|into)',
  '(?:stand|stands|standing|stood)',
  '(?:be|is|are|was|were|been|being) (?:kept|held|taken)',
  'usual',
  // "Behind a proxy" is the standard term.
  'behind(?! (?:a|an|one|the|its|such)?(?: reverse)? ?(?:proxy|proxies|load balancer))',
];

const PROSE = new RegExp(String.raw`\b(?:${PHRASES.map((one) => one.replaceAll(' ', GAP)).join('|')})\b`, 'gi');
/** Code, and the ask-and-tell interface. */
const STANDARD_TERMS = /\bask(?:s|ed)?(?:\/|[ -]and[ -])tell|`[^`\n]*`/gi;

export interface Found {
  readonly text: string;
  readonly at: number;
}

/** The phrases of the earlier language in a text, code in backticks aside. */
export function bannedPhrases(text: string): readonly Found[] {
  const prose = text.replaceAll(STANDARD_TERMS, (term) => '_'.repeat(term.length));
  return [...prose.matchAll(PROSE)].map((found) => ({
    text: found[0].replaceAll(new RegExp(GAP, 'g'), ' '),
    at: found.index,
  }));
}
