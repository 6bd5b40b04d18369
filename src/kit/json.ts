import { ServiceError } from './errors.ts';

/** How much a JSON text may hold. */
export interface JsonLimits {
  /** Arrays and objects within one another. */
  readonly depth: number;
  /** Members of objects and elements of arrays, of all together. */
  readonly values: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * What makes a JSON text too much, to be asked before it is parsed: what it becomes takes many times its bytes, and what walks it goes as deep as
 * it is. Undefined where nothing does; whether it is JSON at all is not looked at.
 */
export function tooMuchJson(text: string, limits: JsonLimits): ServiceError | undefined {
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE:
        i = endOfString(text, i);
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        depth += 1;
        values += 1;
        if (depth > limits.depth) return tooDeep(limits.depth);
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        depth -= 1;
        break;
      case COMMA:
        values += 1;
        break;
      default:
    }
    if (values > limits.values) return tooMany(limits.values);
  }
  return undefined;
}

/** Where the string that starts at `start` ends; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return text.length;
}

function tooDeep(depth: number): ServiceError {
  const detail = `The JSON has more than ${depth} arrays and objects within one another: send it flatter.`;
  return new ServiceError('payload_too_large', detail);
}

function tooMany(values: number): ServiceError {
  const detail = `The JSON has more than ${values} values: send fewer; rows may come in several requests, or as text/csv.`;
  return new ServiceError('payload_too_large', detail);
}
