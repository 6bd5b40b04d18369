import { describe, expect, it } from 'vitest';
import { findDialect } from '../../../src/formats/text/dialect.ts';

const find = (text: string, given = {}) =>
  findDialect({ text, isWhole: true }, { delimiter: null, header: null, ...given });

describe('the dialect', () => {
  it.each([
    ['a comma', 'a,b\n1,2\n', ',', ['a', 'b']],
    ['a semicolon beside decimal commas', 'a;b\n1,5;2\n2,5;3\n', ';', ['a', 'b']],
    [
      'a semicolon beside decimal commas and a short line',
      'a;b;c\n1,5;2,5;3,5\n2,5\n1,5;2,5;1,5\n',
      ';',
      ['a', 'b', 'c'],
    ],
    ['a tab', 'a\tb\n1,5\t2\n', '\t', ['a', 'b']],
    ['a bar', 'a|b\nx, y|2\n', '|', ['a', 'b']],
    ['one column', 'a\nx\ny\n', ',', ['a']],
    ['one column of words with commas', 'a\nx, y\ny\nz\n', ';', ['a']],
    ['a delimiter in quotes', 'a;b\n"x,y,z";2\n"x,y,z";3\n', ';', ['a', 'b']],
    ['short lines', 'a,b,c\n1,2,3\n4,5\n6,7,8\n', ',', ['a', 'b', 'c']],
    ['short lines only', 'a,b,c\n1\n4,5\n6\n', ',', ['a', 'b', 'c']],
  ])('has %s', (_, text, delimiter, names) => {
    expect(find(text)).toMatchObject({ delimiter, first: names, skip: 0, header: true });
  });

  it.each([
    ['numbers', '1,x,3\n4,y,6\n', false],
    ['one number', '39, State-gov\n50, Private\n', false],
    ['days', '2024-01-01,x\n2024-01-02,y\n', false],
    ['missing marks', 'NA,x,1\n4,y,2\n', false],
    ['names above numbers', 'a,b\n1,2\n', true],
    ['words above words', 'a,b\nx,y\n', true],
    ['an empty name above numbers', ',a,b\n0,1,x\n1,2,y\n', true],
    ['a header alone', 'a,b\n', true],
  ])('has a header unless the first line has the kinds of the rows: %s', (_, text, header) => {
    expect(find(text)).toMatchObject({ header });
  });

  it.each([
    ['# note\n# x, y\na,b\n1,2\n', 2, 0, true],
    ['#a,b\n1,2\n', 0, 0, true],
    ['# a,b\n1,2\n3,4\n', 0, 0, true],
    ['##format=x\n#a,b\n1,2\n', 1, 0, true],
    ['Title\n\nfrom X\na,b\n1,2\n3,4\n', 3, 2, true],
    ['sep=|\na|b\n1|2\n', 1, 0, true],
    ['\n\r\n1,2\n3,4\n', 2, 0, false],
  ])('skips lines above the table of %j', (text, skip, skippedText, header) => {
    expect(find(text)).toMatchObject({ skip, skippedText, header });
  });

  it('uses what the request states', () => {
    expect(find('a;b,c\n1;2,3\n', { delimiter: ',' })).toMatchObject({ first: ['a;b', 'c'] });
    expect(find('a,b\nx,y\n', { header: false })).toMatchObject({ header: false });
    expect(find('1,2\n3,4\n', { header: true })).toMatchObject({ header: true, first: ['1', '2'] });
  });

  it('is undefined for a text without a record', () => {
    expect(find('')).toBeUndefined();
    expect(find('\n\r\n\n')).toBeUndefined();
  });
});

describe('a header with one name fewer than the rows', () => {
  it.each([
    ['numbers', 'b,c\n1,x,2\n2,y,3\n', ','],
    ['words', 'b,c\nr1,x,u\nr2,y,v\n', ','],
    ['one row', 'b,c\n1,x,2\n', ','],
    ['one column beside the names', 'c\na,1\nb,2\nd,3\n', ','],
    ['tabs', 'b\tc\n1\tx\t2\n2\ty\t3\n', '\t'],
    ['the blanks of R', '"b" "c"\n"1" "x" 2\n"2" "y y" 3\n', ' '],
    ['comments around it', '# note\n# n, o\nb,c\n# x\n1,x,2\n2,y,3\n', ','],
  ])('has no name for the row names: %s', (_, text, delimiter) => {
    const dialect = find(text);
    expect(dialect).toMatchObject({ delimiter, header: true, skippedText: 0, shortHeader: { rowNames: true } });
    expect(dialect?.first[0]).toBe('');
    expect(dialect?.first.at(-1)).toBe('c');
  });

  it('has no name for an empty last column', () => {
    expect(find('a,b\n1,2,\n3,4,\n')).toMatchObject({
      first: ['a', 'b', ''],
      shortHeader: { rowNames: false },
    });
  });

  it.each([
    ['Title, of it\na,b,c\n1,2,3\n4,5,6\n', 1],
    ['Title\na,b\n1,2\n3,4\n', 1],
    ['Title\nx,y\nu,v\nw,z\n', 1],
  ])('is not the title of %j', (text, skip) => {
    expect(find(text)).toMatchObject({ skip, skippedText: 1, shortHeader: null });
  });

  it.each(['good day\nbye now\nso long\n', 'note\ngood day\nbye now, you\nwell\n', 'say it\na\nb\n'])(
    'is not words with blanks: %j',
    (text) => {
      expect(find(text)?.delimiter).not.toBe(' ');
    },
  );
});

describe('comments between rows', () => {
  it.each([
    ['of another width', 'a,b\n1,2\n# x\n3,4\n', { onlyMarked: false, ofAnyWidth: true }],
    ['beside numbers', 'a,b\n1,2\n3,4\n', { onlyMarked: false, ofAnyWidth: true }],
    ['beside words', 'a,b\nx,2\ny,4\n', { onlyMarked: false, ofAnyWidth: false }],
    ['beside rows of words like comments', 'a,b\nx,2\n# x,y\nz,4\n', { onlyMarked: false, ofAnyWidth: false }],
    ['beside rows that begin with #', 'a,b\n#x,2\n# x\n#y,4\n', { onlyMarked: true, ofAnyWidth: true }],
    ['beside rows that are like comments', '# t\na,b\n# 1,2\n# 3,4\n', { onlyMarked: false, ofAnyWidth: false }],
    ['in quotes', 'a,b\nx,2\n"# x"\nz,4\n', { onlyMarked: false, ofAnyWidth: false }],
  ])('have the rule of the text: %s', (_, text, comments) => {
    expect(find(text)).toMatchObject({ first: ['a', 'b'], comments });
  });
});
