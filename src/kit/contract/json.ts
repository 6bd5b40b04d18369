import { ServiceError } from './errors.ts';

/** Limits on a JSON text, counted before it is parsed. */
export interface JsonLimits {
  /** Nesting of arrays and objects. */
  readonly depth: number;
  /** Members of objects and elements of arrays, in total. */
  readonly values: number;
  /** Members of one object: a row has one for each column. */
  readonly members: number;
}

/** More fields than any request has, however low the limit of columns is. */
const MIN_MEMBERS = 1000;

/** The limit on the members of an object if a row has at most this many columns. */
export function membersFor(maxColumns: number): number {
  return Math.max(MIN_MEMBERS, maxColumns);
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A count that never reaches a limit: the elements of an array are not members. */
const UNCOUNTED = Number.NEGATIVE_INFINITY;

/**
 * The error of a JSON text above a limit; undefined within all limits. Call it before parsing,
 * because the parsed value needs many times the memory of its text. It stops at the first limit and
 * does not check the syntax.
 */
export function jsonLimitError(text: string, limits: JsonLimits, advice = 'send fewer'): ServiceError | undefined {
  /** The member counts of all arrays and objects around the innermost one. */
  const outer: number[] = [];
  let members = UNCOUNTED;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        continue;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        outer.push(members);
        members = text.charCodeAt(i) === OPEN_OBJECT ? 1 : UNCOUNTED;
        values += 1;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        members = outer.pop() ?? UNCOUNTED;
        break;
      case COMMA:
        members += 1;
        values += 1;
        break;
      default:
        continue;
    }
    if (outer.length > limits.depth) return tooDeep(limits.depth);
    if (values > limits.values) return tooLarge(`The JSON has more than ${limits.values} values: ${advice}.`);
    if (members > limits.members) {
      return tooLarge(`The JSON has an object with more than ${limits.members} members: send fewer.`);
    }
  }
  return undefined;
}

/**
 * The position of the quote that ends the string starting at `start`; the end of the text if there
 * is none.
 */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

function tooDeep(depth: number): ServiceError {
  return tooLarge(`The JSON has more than ${depth} nested arrays and objects: send it with less nesting.`);
}

function tooLarge(detail: string): ServiceError {
  return new ServiceError('payload_too_large', detail);
}
