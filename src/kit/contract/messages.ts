/** Texts for zod's issues: what is wrong, with the value and the limit. */
import { z } from 'zod';
import { didYouMean } from './closest.ts';
import { choice, choicesOf, describeExpected } from './describeExpected.ts';
import { MAX_LISTED } from './errors.ts';
import { countKeys } from './limitedRecord.ts';

type Issue = z.core.$ZodRawIssue;
type IssueOf<Code extends z.core.$ZodIssueCode> = Extract<Issue, { readonly code: Code }>;

/** Start of the message about a missing field. */
export const MISSING = 'Missing: ';
const MAX_SHOWN_LENGTH = 60;

/** The error map of every check. Undefined: the issue has its own message. */
export function messageOf(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_value':
      return wrongType(issue);
    case 'invalid_union':
      return issue.discriminator === undefined ? wrongType(issue) : unknownKind(issue);
    case 'too_small':
      return outside(issue, issue.minimum, issue.inclusive ? 'at least' : 'greater than');
    case 'too_big':
      return outside(issue, issue.maximum, issue.inclusive ? 'at most' : 'less than');
    case 'invalid_format':
      return `Must be ${FORMATS[issue.format] ?? `of the form ${issue.pattern ?? issue.format}`}, got ${formatValue(issue.input)}.`;
    case 'unrecognized_keys':
      return unknownFields(issue);
    default:
      return undefined;
  }
}

/** A value in a message: strings are shortened, contents of lists and objects are left out. */
export function formatValue(value: unknown): string {
  if (typeof value === 'string') {
    const text = JSON.stringify(value.slice(0, MAX_SHOWN_LENGTH));
    return value.length > MAX_SHOWN_LENGTH ? `${text}…` : text;
  }
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function wrongType({ inst, input }: Issue): string {
  if (input === undefined) return `${MISSING}give ${describeExpected(inst)}.`;
  // A query contains only texts; one that is not a number is NaN here.
  if (Number.isNaN(input)) return `Must be ${describeExpected(inst)}.`;
  if (input === Number.POSITIVE_INFINITY || input === Number.NEGATIVE_INFINITY) {
    return 'Must be a finite number: this one is too large.';
  }
  return `Must be ${describeExpected(inst)}, got ${formatValue(input)}.${typeof input === 'string' ? didYouMean(input, choicesOf(inst)) : ''}`;
}

/** For an object with an unknown `type` or `method`. */
function unknownKind({ discriminator = '', options, input }: IssueOf<'invalid_union'>): string {
  const kinds = Array.isArray(options) ? options.map(String) : [];
  const kind: unknown = Object.entries(input ?? {}).find(([name]) => name === discriminator)?.[1];
  if (kind === undefined) return `${MISSING}give ${choice(kinds)}.`;
  return `Must be ${choice(kinds)}, got ${formatValue(kind)}.${typeof kind === 'string' ? didYouMean(kind, kinds) : ''}`;
}

const UNITS: Readonly<Record<string, string>> = { string: 'character', array: 'item', record: 'member' };

function outside(
  { origin, input }: IssueOf<'too_small' | 'too_big'>,
  limit: number | bigint,
  relation: string,
): string {
  const unit = UNITS[origin];
  if (unit === undefined) return `Must be ${relation} ${limit}, got ${formatValue(input)}.`;
  return `Must have ${relation} ${limit} ${unit}${Number(limit) === 1 ? '' : 's'}, got ${sizeOf(input)}.`;
}

function sizeOf(value: unknown): number {
  return typeof value === 'string' ? value.length : countKeys(value);
}

const FORMATS: Readonly<Record<string, string>> = {
  datetime: 'a time in UTC such as 2026-01-31T12:00:00Z',
  url: 'a URL such as https://example.com/',
};

/** A line for each name, up to the limit of listed ones: an object may have many thousands. */
function unknownFields({ keys, inst, input }: IssueOf<'unrecognized_keys'>): string {
  const known = knownFields(inst);
  const unused = known.filter((name) => !Object.hasOwn(input ?? {}, name));
  return keys
    .slice(0, MAX_LISTED + 1)
    .map((key) => {
      const suggestion = didYouMean(key, unused) || didYouMean(key, known);
      return suggestion ? `Unknown field.${suggestion}` : 'Unknown field: remove it, or correct its name.';
    })
    .join('\n');
}

function knownFields(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
