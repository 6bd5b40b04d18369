/** A piece of source text. Whitespace and numbers are left out. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'name' | 'other';
  /**
   * As it is in the source; a string without its quotes, a template in the pieces between its
   * expressions.
   */
  readonly text: string;
  /** Where `text` begins. */
  readonly start: number;
}

export type Language = 'typescript' | 'cpp';

/** Lines of comments that follow each other are one comment. */
const COMMENT = /\/\/[^\n]*(?:\n[^\S\n]*\/\/[^\n]*)*|\/\*[\s\S]*?\*\//y;
const STRING = /(['"])((?:\\[\s\S]|(?!\1)[^\\\n])*)\1/y;
const TEMPLATE = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^[/\\\n])+\/\w*/y;
const NAME = /[A-Za-z_$][\w$]*/y;
/** C++ separates digits with an apostrophe. */
const NUMBER = { typescript: /\d[\w.]*/y, cpp: /\d[\w.']*/y } as const;
/** What a division cannot follow, so that a slash after it begins a regular expression. */
const BEFORE_REGEX = /^(?:[(,=:[!&|?{};+*%<>~^-]|return|typeof|case|in|of|do|else|void|throw|await|yield)?$/;

/**
 * The tokens of a TypeScript or C++ source, in their order. Text that cannot be read counts as
 * `other`.
 */
export function tokenize(source: string, language: Language): readonly Token[] {
  const tokens: Token[] = [];
  const isScript = language === 'typescript';
  /** For each template that is open: how many braces are open within its expression. */
  const braces: number[] = [];
  let at = 0;
  let previous = '';

  const match = (pattern: RegExp) => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const add = (kind: Token['kind'], text: string, start: number, length: number) => {
    tokens.push({ kind, text, start });
    at += length;
    if (kind !== 'comment') previous = kind === 'string' ? '"' : text;
  };
  /** From the inside of a template to its end, or to its next expression. */
  const readTemplate = () => {
    const [text] = match(TEMPLATE) ?? [''];
    add('string', text, at, text.length);
    const hasExpression = source.startsWith('${', at);
    if (hasExpression) braces.push(0);
    at += hasExpression ? 2 : 1;
    previous = hasExpression ? '{' : '"';
  };

  while (at < source.length) {
    const comment = match(COMMENT);
    const string = match(STRING);
    const regex = isScript && BEFORE_REGEX.test(previous) ? match(REGEX) : null;
    const name = match(NAME);
    const number = match(NUMBER[language]);
    const depth = braces.at(-1);
    const character = source[at] ?? '';
    if (/\s/.test(character)) at++;
    else if (comment) add('comment', comment[0], at, comment[0].length);
    else if (string) add('string', string[2] ?? '', at + 1, string[0].length);
    else if (regex) add('other', regex[0], at, regex[0].length);
    else if (name) add('name', name[0], at, name[0].length);
    else if (number) {
      at += number[0].length;
      previous = '0';
    } else if (isScript && character === '`') {
      at++;
      readTemplate();
    } else if (depth === 0 && character === '}') {
      braces.pop();
      at++;
      readTemplate();
    } else {
      if (depth !== undefined && character === '{') braces.push((braces.pop() ?? 0) + 1);
      if (depth !== undefined && character === '}') braces.push((braces.pop() ?? 0) - 1);
      add('other', character, at, 1);
    }
  }
  return tokens;
}
