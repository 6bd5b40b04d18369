/**
 * The source text of the values in a JSON text. `JSON.parse` must have accepted it before: nothing
 * here checks the syntax. Uploads write the same texts of cells.
 */
import { endOfString } from '../../kit/contract/json.ts';

const QUOTE = '"';
const BLANKS = /[ \t\r\n]+/g;
/** Before a value: blanks and the separators of names and values. */
const SEPARATORS = /[ \t\r\n,:]*/y;
const SCALAR = /[\w.+-]*/y;
const IN_NESTED = /["[\]{}]/g;

/** The members of an object by name, as source text. Of a repeated name, the last one. */
export function membersOf(object: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>();
  let at = nextToken(object, object.indexOf('{') + 1);
  while (object[at] === QUOTE) {
    const nameEnd = endOfValue(object, at);
    const start = nextToken(object, nameEnd);
    const end = endOfValue(object, start);
    members.set(JSON.parse(object.slice(at, nameEnd)), object.slice(start, end));
    at = nextToken(object, end);
  }
  return members;
}

/** The elements of an array as source text. */
export function elementsOf(array: string): readonly string[] {
  const elements: string[] = [];
  let at = nextToken(array, array.indexOf('[') + 1);
  while (array[at] !== ']') {
    const end = endOfValue(array, at);
    elements.push(array.slice(at, end));
    at = nextToken(array, end);
  }
  return elements;
}

/** The text of a number, or of a nested value without the blanks between its tokens. */
export function sourceText(value: string): string {
  return /^[[{]/.test(value) ? withoutBlanks(value) : value;
}

function withoutBlanks(nested: string): string {
  let text = '';
  let at = 0;
  while (at < nested.length) {
    const quote = nested.indexOf(QUOTE, at);
    const end = quote === -1 ? nested.length : quote;
    const next = quote === -1 ? end : endOfString(nested, quote) + 1;
    text += nested.slice(at, end).replaceAll(BLANKS, '') + nested.slice(end, next);
    at = next;
  }
  return text;
}

function nextToken(text: string, at: number): number {
  return afterMatch(SEPARATORS, text, at);
}

function endOfValue(text: string, start: number): number {
  switch (text[start]) {
    case QUOTE:
      return endOfString(text, start) + 1;
    case '[':
    case '{':
      return endOfNested(text, start);
    default:
      return afterMatch(SCALAR, text, start);
  }
}

function endOfNested(text: string, start: number): number {
  let depth = 0;
  IN_NESTED.lastIndex = start;
  for (let match = IN_NESTED.exec(text); match !== null; match = IN_NESTED.exec(text)) {
    const [token] = match;
    if (token === QUOTE) IN_NESTED.lastIndex = endOfString(text, match.index) + 1;
    else depth += token === '[' || token === '{' ? 1 : -1;
    if (depth === 0) return IN_NESTED.lastIndex;
  }
  return text.length;
}

function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}
