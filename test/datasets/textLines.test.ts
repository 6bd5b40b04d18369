import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDatasets, type TestService } from './support/service.ts';
import { cellsOf, typesOf, upload, warningCodes } from './support/upload.ts';

let service: TestService;
beforeAll(async () => {
  service = await startDatasets();
});
afterAll(() => service.close());

async function read(body: string, query: Readonly<Record<string, string>> = {}) {
  const answer = await upload(service, body, { query });
  if (answer.statusCode !== 201) throw new Error(answer.body);
  return answer.json();
}

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i},w${i % 3},"q ${i % 2}"\n`).join('');

describe('comments between rows', () => {
  it.each([
    ['below the header', `a,b,c\n# units\n${rows(0, 40)}`, 'Line 2 begins'],
    ['with fewer cells', `a,b,c\n${rows(0, 20)}# note\n${rows(20, 40)}`, 'Line 22 begins'],
    ['with as many cells', `a,b,c\n${rows(0, 20)}# n, o, t\n${rows(20, 40)}`, 'Line 22 begins'],
    ['with more cells', `a,b,c\n${rows(0, 20)}# n, o, t, e\n${rows(20, 40)}`, 'Line 22 begins'],
    ['without a blank', `a,b,c\n${rows(0, 20)}#note\n${rows(20, 40)}`, 'Line 22 begins'],
    ['after blanks', `a,b,c\n${rows(0, 20)}  # note\n${rows(20, 40)}`, 'Line 22 begins'],
    ['at the end', `a,b,c\n${rows(0, 40)}# end`, 'Line 42 begins'],
    ['with CRLF', `a,b,c\n${rows(0, 20)}# note\n${rows(20, 40)}`.replaceAll('\n', '\r\n'), 'Line 22 begins'],
    ['with CR', `a,b,c\n${rows(0, 20)}# note\n${rows(20, 40)}`.replaceAll('\n', '\r'), 'Line 22 begins'],
    ['twice', `# top\na,b,c\n${rows(0, 20)}# x\n# y\n${rows(20, 40)}`, '2 lines, the first of them line 23, begin'],
    ['after quoted lines', `a,b,c\n0,"x\n# y",z\n# note\n${rows(1, 40)}`, 'Line 4 begins'],
  ])('are no rows: %s', async (_, body, message) => {
    const dataset = await read(body);
    expect(dataset).toMatchObject({ rows: 40 });
    expect(dataset.columns[0]).toMatchObject({ name: 'a', type: 'numeric', missing: 0, max: 39 });
    expect(dataset.warnings).toEqual([{ code: 'comment_lines', message: expect.stringContaining(message) }]);
  });

  it('are no rows beyond the start that shows the dialect', async () => {
    const dataset = await read(`a,b,c\n${rows(0, 20_000)}# late\n${rows(20_000, 20_010)}`);
    expect(dataset).toMatchObject({ rows: 20_010 });
    expect(dataset.warnings[0]).toMatchObject({
      code: 'comment_lines',
      message: expect.stringContaining('Line 20002'),
    });
  });

  it('are counted apart from short lines', async () => {
    const dataset = await read(`a,b,c\n${rows(0, 20)}# note\n20\n${rows(21, 40)}`);
    expect(dataset).toMatchObject({ rows: 40 });
    expect(warningCodes(dataset).toSorted()).toEqual(['comment_lines undefined', 'short_lines undefined']);
    expect(JSON.stringify(dataset.warnings)).toContain('Line 23 has fewer');
  });

  it.each([
    ['rows that begin with #', `a,b,c\n${rows(0, 20).replaceAll(/^/gm, '#').slice(0, -1)}`, 20],
    ['rows that begin with # and a blank', `a,b,c\n${rows(0, 20).replaceAll(/^(?=.)/gm, '# ')}`, 20],
    ['cells in quotes', `a,b,c\n${rows(0, 20)}"# note",x,y\n"z\n# n",x,y\n`, 22],
    ['cells after the first', `a,b,c\n${rows(0, 20)}20,# x,#y\n`, 21],
    ['words of one column', 'a\n# x\n# y\nz\n', 3],
    ['words among words', 'a,b\n#red,1\nblue,2\n# 5,3\ngreen,4\n', 4],
  ])('are not %s', async (_, body, count) => {
    const dataset = await read(body);
    expect(dataset).toMatchObject({ rows: count });
    expect(warningCodes(dataset)).not.toContain('comment_lines undefined');
  });

  it('leave the numbers of other lines', async () => {
    const answer = await upload(service, `a,b,c\n${rows(0, 20)}# note\n1,2,3,4\n${rows(20, 40)}`);
    expect(answer.json().detail).toContain('Line 23 has more values than the 3');
  });
});

describe('a header with one name fewer than the rows', () => {
  it.each([
    ['R with commas', '"x","y"\n"r1",1.5,"u"\n"r2",2.5,"v"\n'],
    ['R with blanks', '"x" "y"\n"r1" 1.5 "u"\n"r2" 2.5 "v"\n'],
    ['R with tabs', 'x\ty\nr1\t1.5\tu\nr2\t2.5\tv\n'],
    ['comments', '# from R\nx,y\nr1,1.5,u\n# note\nr2,2.5,v\n'],
  ])('leaves the row names without a name: %s', async (_, body) => {
    const dataset = await read(body);
    expect(typesOf(dataset)).toEqual(['column1: categorical', 'x: numeric', 'y: categorical']);
    expect(await cellsOf(service, dataset, 'x')).toEqual([1.5, 2.5]);
    expect(dataset.warnings[0]).toMatchObject({
      code: 'short_header',
      message: expect.stringContaining('first column'),
    });
  });

  it('drops the column of a delimiter at the end of each row', async () => {
    const dataset = await read('x,y\n1,u,\n2,v,\n');
    expect(typesOf(dataset)).toEqual(['x: numeric', 'y: categorical']);
    expect(warningCodes(dataset)).toEqual(['short_header undefined', 'dropped_column column3']);
  });

  it('has as many lines as its names', async () => {
    const dataset = await read('"x\n1","y"\nr1,1.5,u\nr2,2.5,v\n');
    expect(typesOf(dataset)).toEqual(['column1: categorical', 'x\n1: numeric', 'y: categorical']);
    expect(dataset.rows).toBe(2);
  });
});
