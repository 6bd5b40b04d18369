import fc from 'fast-check';

/** Generates cells: those of every rule, their neighbours, and text of the same characters. */
const BLANKS = [
  '',
  '',
  '',
  '',
  ' ',
  '  ',
  '\t',
  '\u00a0',
  '\u2009',
  '\u202f',
  '\u3000',
  '\ufeff',
  '\n',
  '\u0085',
  '\u200b',
];
const SIGNS = ['', '', '', '-', '+', '\u2212', '\u2013', '+-', '--', '- ', '('];
const UNITS = ['', '', '', '', '%', ' %', '$', '€', ' €', '£', '¥', '\u00a0€', 'kg', ')'];
const MONTHS = [
  'Jan',
  'feb',
  'MAR',
  'April',
  'may',
  'June',
  'Jul',
  'august',
  'Sept',
  'Sep',
  'October',
  'Dec',
  '1',
  '02',
  '12',
  '13',
  '0',
];
const WORDS = [
  ...[
    '',
    'NA',
    'N/A',
    'null',
    'NaN',
    'nan',
    'inf',
    '-inf',
    'Infinity',
    '?',
    '-',
    'None',
    '\\N',
    'unknown',
    '0000-00-00',
    'epoch',
  ],
  ...[
    'true',
    'False',
    'YES',
    'no',
    'on',
    'off',
    't',
    'F',
    '1.0',
    '0.0',
    'now',
    'May',
    'junk',
    '0x10',
    '0b1',
    '1e',
    '1_000',
    '1__0',
  ],
];

const maybe = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part);
const digits = (min: number, max: number) =>
  fc.array(fc.constantFrom(...'0123456789'), { minLength: min, maxLength: max }).map((all) => all.join(''));

const number = fc
  .tuple(
    ...[fc.constantFrom(...SIGNS), fc.constantFrom(...UNITS), digits(0, 4)],
    fc.array(
      fc.tuple(fc.constantFrom(...",. \u00a0\u202f_'\u2019"), digits(0, 3)).map((part) => part.join('')),
      { maxLength: 3 },
    ),
    maybe(
      fc.tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '-', '+'), digits(0, 3)).map((part) => part.join('')),
    ),
    fc.constantFrom(...UNITS),
  )
  .map(
    ([sign, before, first, groups, exponent, after]) =>
      `${sign}${before}${first}${[groups].flat().join('')}${exponent}${after}`,
  );

const wellFormed = fc.oneof(
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map(String),
  fc.double({ noNaN: true }).map(String),
  fc.integer({ min: 0, max: 9_999_999 }).map((value) => value.toLocaleString('en-US')),
  fc.integer({ min: 0, max: 9_999_999 }).map((value) => (value / 100).toLocaleString('de-DE')),
  fc.integer({ min: 0, max: 9_999_999 }).map((value) => (value / 100).toLocaleString('fr-FR')),
  fc.integer({ min: 0, max: 99_999_999 }).map((value) => (value / 10).toLocaleString('de-CH')),
  fc.integer({ min: 0, max: 99_999_999 }).map((value) => (value / 10).toLocaleString('en-IN')),
  fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String),
  digits(2, 6),
);

const two = (max: number) =>
  fc.integer({ min: 0, max }).map((value) => (value % 3 === 0 ? String(value).padStart(2, '0') : String(value)));
const clock = fc
  .tuple(
    ...[
      fc.constantFrom(' ', 'T', '  ', ''),
      two(25),
      fc.integer({ min: 0, max: 61 }).map((value) => String(value).padStart(2, '0')),
    ],
    maybe(fc.integer({ min: 0, max: 61 }).map((value) => `:${String(value).padStart(2, '0')}`)),
    maybe(digits(0, 10).map((text) => `.${text}`)),
    fc.constantFrom(
      ...[
        '',
        '',
        '',
        'Z',
        ' Z',
        ' UTC',
        'GMT',
        '+02:00',
        '-0830',
        '+05',
        ' -03',
        '+24:00',
        '-00:30',
        ' AM',
        ' pm',
        'PM',
        ' EST',
        ' CEST',
        ' CST',
        ' CET',
        ' Europe/Berlin',
        '[America/St_Johns]',
        '+01:00[Europe/Berlin]',
        ' [Pacific/Apia]',
        ' europe/berlin',
        ' Europe/Bonn',
        ' Etc/GMT+05',
        ' Etc/GMT+5',
        ' America/Vancouver',
        'z',
      ],
    ),
  )
  .map((parts) => `${parts[0]}${parts[1]}:${parts.slice(2).join('')}`);
const year = fc.oneof(
  fc.integer({ min: 1950, max: 2080 }).map(String),
  digits(4, 4),
  digits(1, 2),
  fc.constantFrom('0000', '0001', '9999', '1900', '2000', '20240'),
);
const date = fc
  .tuple(
    year,
    fc.oneof(fc.constantFrom(...MONTHS), two(13)),
    two(32),
    fc.constantFrom('-', '/', '.', ' ', '-', '  '),
    fc.constantFrom(0, 1, 2, 3),
    fc.constantFrom('', ','),
  )
  .map(([y, m, d, separator, order, comma]) => {
    const orders = [
      [y, m, d],
      [m, d, y],
      [d, m, y],
      [m, `${d}${comma}`, y],
    ];
    return (orders[order] ?? []).join(separator);
  });

export const cellText = fc
  .tuple(
    fc.constantFrom(...BLANKS),
    fc.oneof(
      { weight: 3, arbitrary: number },
      { weight: 3, arbitrary: wellFormed },
      { weight: 3, arbitrary: fc.tuple(date, maybe(clock)).map((parts) => parts.join('')) },
      { weight: 2, arbitrary: fc.constantFrom(...WORDS) },
      { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'0123456789.,-+e/: TZ()%$€'), maxLength: 12 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 6 }) },
    ),
    fc.constantFrom(...BLANKS),
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
