import { ServiceError } from './errors.ts';
import { endOfString } from './json.ts';

/** The position where a text stops being JSON. */
interface SyntaxIssue {
  /** In UTF-16 code units from the start. */
  readonly at: number;
  /** What JSON allows there. */
  readonly expected: string;
  readonly hint?: string | undefined;
}

const NOT_FINITE = 'JSON has no NaN or Infinity';
const HINTS: ReadonlyMap<string, string> = new Map([
  ['NaN', NOT_FINITE],
  ['Infinity', NOT_FINITE],
  ['-Infinity', NOT_FINITE],
  ['True', 'JSON has true'],
  ['False', 'JSON has false'],
  ['None', 'JSON has null'],
  ['undefined', 'JSON has null'],
  ["'", 'JSON has its strings in double quotes'],
  ['/', 'JSON has no comments'],
]);

const MAX_FOUND_LENGTH = 20;

/** Where a text starts in a larger one, both from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const TEXT_START: TextPosition = { line: 1, column: 1 };

/**
 * The value of a JSON text, which may be a part of a larger text. Throws ServiceError
 * `invalid_json` with the position of the first syntax error.
 */
export function parseJson(text: string, subject: string, start = TEXT_START): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidJson(text, subject, { start }) ?? error;
  }
}

interface ErrorOptions {
  readonly start?: TextPosition;
  /** What to send for a non-finite number. */
  readonly insteadOfNaN?: string | undefined;
}

/**
 * `invalid_json` with the line, the column and the token of the first syntax error; undefined if
 * the text is JSON.
 */
export function invalidJson(text: string, subject: string, options: ErrorOptions = {}): ServiceError | undefined {
  const { start = TEXT_START, insteadOfNaN } = options;
  const issue = findSyntaxIssue(text);
  if (issue === undefined) return undefined;
  const { at, expected, hint } = issue;
  const found = foundAt(text, at);
  const why = hint ?? HINTS.get(found);
  const advice = why === NOT_FINITE && insteadOfNaN !== undefined ? `${why}. ${insteadOfNaN}` : why && `${why}.`;
  const what = found === '' ? 'the end of the text' : `\`${found}\``;
  const detail = `${subject} is not valid JSON: ${lineAndColumn(text, at, start)}: expected ${expected}, found ${what}.`;
  return new ServiceError('invalid_json', advice === undefined ? detail : `${detail} ${advice}`);
}

/** `line 3, column 14`, both starting at 1. */
function lineAndColumn(text: string, at: number, start: TextPosition): string {
  const { line, column } = positionAfter(text.slice(0, at), start);
  return `line ${line}, column ${column}`;
}

/** The position after a text that begins at `start`. Lines end at LF, CRLF or CR. */
function positionAfter(text: string, start = TEXT_START): TextPosition {
  const lines = text.split(/\r\n|\r|\n/);
  const last = lines.at(-1)?.length ?? 0;
  return { line: start.line + lines.length - 1, column: (lines.length === 1 ? start.column : 1) + last };
}

/** The word or character at that position, shortened, because the text may be large. */
function foundAt(text: string, at: number): string {
  const part = text.slice(at, at + MAX_FOUND_LENGTH);
  const word = /^-?[\p{L}\p{N}_.+-]+/u.exec(part)?.[0];
  if (word !== undefined) return word.length === MAX_FOUND_LENGTH ? `${word}…` : word;
  const [character = ''] = part;
  return /[\p{C}\p{Z}]/u.test(character) ? `U+${hexadecimal(character)}` : character;
}

function hexadecimal(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** Every token by its first character; a scalar is a number, true, false or null. */
type Token = '[' | ']' | '{' | '}' | ',' | ':' | 'string' | 'scalar';
type GrammarState = 'value' | 'element' | 'member' | 'name' | 'colon' | 'afterElement' | 'afterMember' | 'end';

interface Rule {
  readonly expected: string;
  /** The state after each token; `after` depends on what contains the value. */
  readonly next: Readonly<Partial<Record<Token, GrammarState | 'after'>>>;
}

const VALUE = { '[': 'element', '{': 'member', string: 'after', scalar: 'after' } as const;
const GRAMMAR: Readonly<Record<GrammarState, Rule>> = {
  value: { expected: 'a value', next: VALUE },
  element: { expected: 'a value or `]`', next: { ...VALUE, ']': 'after' } },
  afterElement: { expected: '`,` or `]`', next: { ',': 'value', ']': 'after' } },
  member: { expected: 'a name in double quotes or `}`', next: { string: 'colon', '}': 'after' } },
  name: { expected: 'a name in double quotes', next: { string: 'colon' } },
  colon: { expected: '`:`', next: { ':': 'value' } },
  afterMember: { expected: '`,` or `}`', next: { ',': 'name', '}': 'after' } },
  end: { expected: 'the end of the text', next: {} },
};

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** The first syntax error, found in one pass. */
function findSyntaxIssue(text: string): SyntaxIssue | undefined {
  /** For each open array and object, the state after a value in it. */
  const open: GrammarState[] = [];
  let state: GrammarState = 'value';
  for (let at = afterMatch(SPACE, text, 0); ; at = afterMatch(SPACE, text, at)) {
    if (state === 'end' && at === text.length) return undefined;
    const token = tokenAt(text, at);
    const next: GrammarState | 'after' | undefined = token && GRAMMAR[state].next[token];
    if (token === undefined || next === undefined) return { at, expected: GRAMMAR[state].expected };
    const end = endOf(token, text, at);
    const issue = token === 'string' ? issueInString(text, at, end) : undefined;
    if (issue) return issue;
    if (token === '[' || token === '{') open.push(token === '[' ? 'afterElement' : 'afterMember');
    if (token === ']' || token === '}') open.pop();
    state = next === 'after' ? (open.at(-1) ?? 'end') : next;
    at = end;
  }
}

function tokenAt(text: string, at: number): Token | undefined {
  const character = text[at];
  switch (character) {
    case '[':
    case ']':
    case '{':
    case '}':
    case ',':
    case ':':
      return character;
    case '"':
      return 'string';
    default:
      return afterMatch(SCALAR, text, at) > at ? 'scalar' : undefined;
  }
}

function endOf(token: Token, text: string, at: number): number {
  if (token === 'string') return endOfString(text, at) + 1;
  return token === 'scalar' ? afterMatch(SCALAR, text, at) : at + 1;
}

/** The end of a match that starts there; the same position if there is none. */
function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

/** A valid escape, or in the group an invalid part of a string. */
const IN_STRING = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})|(\\|[^\u0020-\uffff])/g;

/** `end` is the position after the closing quote, or beyond the text if there is none. */
function issueInString(text: string, start: number, end: number): SyntaxIssue | undefined {
  const inside = text.slice(start + 1, end - 1);
  for (const match of inside.matchAll(IN_STRING)) {
    if (match[1] === undefined) continue;
    const at = start + 1 + match.index;
    if (match[1] === '\\') return { at, expected: 'an escape such as `\\n`', hint: 'A backslash is written \\\\' };
    return { at, expected: 'the rest of the string', hint: 'Control characters are written as escapes, such as \\n' };
  }
  return end <= text.length ? undefined : { at: text.length, expected: 'the quote that ends the string' };
}
