import { finite, type ValueFormat } from './columnType.ts';
import { literal } from './sql.ts';

/** How numbers are written, apart from signs and units. Patterns are for RE2 and JavaScript. */
interface NumberGrammar {
  readonly name: string;
  /** The digits, with separators. */
  readonly digits: string;
  /** Separators, and in their order what replaces them. The others are removed. */
  readonly separators: readonly [from: string, to: string];
  /** Whether an exponent may follow. */
  readonly exponent: boolean;
  readonly ambiguousWith?: string;
}

const PLAIN: NumberGrammar = {
  name: 'plain',
  digits: '(?:\\d+\\.?\\d*|\\.\\d+)',
  separators: ['', ''],
  exponent: true,
};
const DECIMAL_COMMA: NumberGrammar = {
  name: 'decimalComma',
  digits: '(?:\\d*,)?\\d+',
  separators: [',', '.'],
  exponent: true,
  ambiguousWith: 'thousandsComma',
};
const THOUSANDS_POINT: NumberGrammar = {
  name: 'thousandsPoint',
  digits: '(?:[1-9]\\d{0,2}(?:\\.\\d{3})+|\\d+)(?:,\\d+)?',
  separators: [',.', '.'],
  exponent: false,
};
/** A number that begins with 0, has decimals: "0,125" is not 125. */
const THOUSANDS_COMMA: NumberGrammar = {
  name: 'thousandsComma',
  digits: '(?:[1-9]\\d{0,2}(?:,\\d{3})+|\\d+)(?:\\.\\d+)?',
  separators: [',', ''],
  exponent: false,
  ambiguousWith: 'decimalComma',
};
/** Blanks, no-break spaces and thin spaces between groups of three digits. */
const THOUSANDS_SPACE: NumberGrammar = {
  name: 'thousandsSpace',
  digits: '(?:[1-9]\\d{0,2}(?:[ \u00a0\u2009\u202f]\\d{3})+|\\d+)(?:[.,]\\d+)?',
  separators: [', \u00a0\u2009\u202f', '.'],
  exponent: false,
};
/** Apostrophes between groups of three digits, as in Switzerland. */
const THOUSANDS_APOSTROPHE: NumberGrammar = {
  name: 'thousandsApostrophe',
  digits: "(?:[1-9]\\d{0,2}(?:['\u2019]\\d{3})+|\\d+)(?:\\.\\d+)?",
  separators: ["'\u2019", ''],
  exponent: false,
};
/** Commas between lakhs and crores, as in India: two digits, and three in the last group. */
const LAKHS_COMMA: NumberGrammar = {
  name: 'lakhsComma',
  digits: '(?:[1-9]\\d?(?:,\\d{2})*,\\d{3}|\\d+)(?:\\.\\d+)?',
  separators: [',', ''],
  exponent: false,
};
/** These are rare, so they have no forms with units. */
const WITHOUT_UNITS = [THOUSANDS_APOSTROPHE, LAKHS_COMMA];

/**
 * The delimiter decides the meaning of a comma: in a file with semicolons it is a decimal comma
 * first.
 */
const GRAMMARS = [PLAIN, THOUSANDS_COMMA, DECIMAL_COMMA, THOUSANDS_POINT, THOUSANDS_SPACE];
const GRAMMARS_OF_SEMICOLONS = [PLAIN, DECIMAL_COMMA, THOUSANDS_POINT, THOUSANDS_COMMA, THOUSANDS_SPACE];

/** Units before or after the number. A column has one of them in every cell. */
const UNITS = ['%', '$', '€', '£', '¥'];

/** Currencies and units beside a number that are not read. */
const OTHER_UNIT =
  '(?:\\p{Sc}|R\\$|USD|EUR|GBP|JPY|CNY|RMB|CHF|INR|CAD|AUD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|RUB|BRL|MXN|ZAR|KRW|TRY|Rs\\.?|‰|°[CF]?)';
const WITH_OTHER_UNIT = new RegExp(
  `^[-+(]?(?:${OTHER_UNIT}\\s?[-+]?\\d[\\d.,'\u2019\\s]*|\\d[\\d.,'\u2019\\s]*${OTHER_UNIT})\\)?$`,
  'u',
);

/** Whether a cell is a number with a unit that is not read, such as 5 EUR. */
export function hasOtherUnit(cell: string): boolean {
  return WITH_OTHER_UNIT.test(cell);
}

/** The rest of a warning about a unit, after its name. */
export function describeUnit(unit: string): string {
  const example = unit === '%' ? '5%' : `${unit}5`;
  return `${unit}, which was left out: ${example} is read as 5.`;
}

/** The hyphen, the plus, the typographic minus and the en dash. */
const SIGN = '[-+\u2212\u2013]?';
const EXPONENT = '(?:[eE][-+]?\\d+)?';
const GAP = '[ \u00a0\u2009\u202f]?';
/** Typographic signs become a hyphen, and so does the bracket of a negative amount: (5.2). */
const SIGNS: readonly [from: string, to: string] = ['\u2212\u2013(', '---'];

/** Digits with a point, and perhaps an exponent. */
export const PLAIN_NUMBER = numberFormat(PLAIN, '');
const FORMATS = formatsOf(GRAMMARS);
const FORMATS_OF_SEMICOLONS = formatsOf(GRAMMARS_OF_SEMICOLONS);

export function numberFormats(delimiter: string | null): readonly ValueFormat[] {
  return delimiter === ';' ? FORMATS_OF_SEMICOLONS : FORMATS;
}

function formatsOf(grammars: readonly NumberGrammar[]): readonly ValueFormat[] {
  return [
    ...[...grammars, ...WITHOUT_UNITS].map((grammar) => numberFormat(grammar, '')),
    ...UNITS.flatMap((unit) => grammars.map((grammar) => numberFormat(grammar, unit))),
  ];
}

function numberFormat(grammar: NumberGrammar, unit: string): ValueFormat {
  const pattern = patternOf(grammar, unit);
  const [from, to] = replacements(grammar, unit);
  const matches = new RegExp(`^(?:${pattern})$`);
  const replaced = new Map([...from].map((character, index) => [character, to[index] ?? '']));
  const needsReplacing = new RegExp(`[${[...from].map((character) => `\\${character}`).join('')}]`, 'g');
  const name = (of: string) => (unit === '' ? of : `${of} ${unit}`);
  return {
    name: name(grammar.name),
    value: (cell) =>
      finite(
        `(CASE WHEN regexp_full_match(${cell}, ${literal(pattern)}) THEN TRY_CAST(translate(${cell}, ${literal(from)}, ${literal(to)}) AS DOUBLE) END)`,
      ),
    read: (cell) =>
      matches.test(cell)
        ? finiteNumber(cell.replace(needsReplacing, (character) => replaced.get(character) ?? ''))
        : undefined,
    detected: true,
    hasDigits: true,
    ...(grammar.ambiguousWith && { ambiguousWith: name(grammar.ambiguousWith) }),
    ...(unit && { unit }),
  };
}

function patternOf({ digits, exponent }: NumberGrammar, unit: string): string {
  const number = `${digits}${exponent ? EXPONENT : ''}`;
  if (unit === '') return `${SIGN}${number}|\\(${number}\\)`;
  const symbol = `[${unit}]`;
  const before = `(?:${SIGN}${symbol}${GAP}|${symbol}${GAP}${SIGN})${number}`;
  const after = `${SIGN}${number}${GAP}${symbol}`;
  return `${before}|${after}|\\((?:${symbol}${GAP}${number}|${number}${GAP}${symbol})\\)`;
}

/** Characters of a cell and their replacements; those without one are removed. */
function replacements({ separators }: NumberGrammar, unit: string): readonly [from: string, to: string] {
  const [from, to] = separators;
  const [replaced, removed] = [from.slice(0, to.length), from.slice(to.length)];
  const gaps = unit === '' ? '' : ' \u00a0\u2009\u202f';
  return [`${SIGNS[0]}${replaced}${removed})${unit}${gaps}`, `${SIGNS[1]}${to}`];
}

function finiteNumber(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const DECIMAL = /^([-+]?)(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?$/;
/** Numbers with more zeros before or after their digits are not written without an exponent. */
const MOST_ZEROS = 40;

/**
 * A plain number with all its digits: as JavaScript writes it, or without an exponent where float64
 * would round it. Undefined for a text of another format.
 */
export function exactNumber(text: string): string | undefined {
  const rounded = String(Number(text));
  const [exact, near] = [decimalOf(text), decimalOf(rounded)];
  if (exact === undefined || near === undefined) return undefined;
  const { sign, digits, exponent } = exact;
  const isSame = sign === near.sign && digits === near.digits && exponent === near.exponent;
  if (isSame || digits === '' || Math.abs(exponent) > MOST_ZEROS) return rounded;
  if (exponent >= 0) return `${sign}${digits}${'0'.repeat(exponent)}`;
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

interface Decimal {
  readonly sign: string;
  /** Without zeros at both ends. */
  readonly digits: string;
  readonly exponent: number;
}

function decimalOf(text: string): Decimal | undefined {
  const [, sign, whole = '', fraction = '', power = '0'] = DECIMAL.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return undefined;
  const all = (whole + fraction).replace(/^0+/, '');
  const digits = all.replace(/0+$/, '');
  const exponent = digits === '' ? 0 : Number(power) - fraction.length + all.length - digits.length;
  return { sign: sign === '-' ? '-' : '', digits, exponent };
}

/** The order of two texts of `exactNumber`. */
export function compareNumbers(a: string, b: string): number {
  const difference = Number(a) - Number(b);
  if (difference !== 0 || a === b) return difference;
  const scale = Math.max(decimalsOf(a), decimalsOf(b));
  return scaled(a, scale) < scaled(b, scale) ? -1 : 1;
}

function decimalsOf(text: string): number {
  return text.split('.')[1]?.length ?? 0;
}

function scaled(text: string, decimals: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(decimals - decimalsOf(text)));
}

/** A word as a number, where a job casts a column of words; undefined when it is not a number. */
export function parseNumber(text: string): number | undefined {
  return PLAIN_NUMBER.read(text.trim());
}
