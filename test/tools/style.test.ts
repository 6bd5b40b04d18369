import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkFile } from '../../tools/style/checkFile.ts';
import { checkSubject, subjectsSince } from '../../tools/style/commitSubjects.ts';
import { contractNames } from '../../tools/style/contractNames.ts';
import { tokenize } from '../../tools/style/tokens.ts';

const problemsOf = (source: string, file = 'src/room/file.ts') =>
  checkFile(file, source).map(({ line, message }) => `${line}: ${message}`);

describe('tokenize', () => {
  const textsOf = (kind: string, source: string) =>
    tokenize(source, 'typescript')
      .filter((token) => token.kind === kind)
      .map(({ text }) => text);

  it('finds no comment and no name in strings', () => {
    const source = `const a = 'it\\'s // one'; const b = "/* two */"; // three`;
    expect(textsOf('comment', source)).toEqual(['// three']);
    expect(textsOf('string', source)).toEqual(["it\\'s // one", '/* two */']);
    expect(textsOf('name', source)).toEqual(['const', 'a', 'const', 'b']);
  });

  it('reads the expressions of templates, nested ones and those with objects included', () => {
    const source = '`one $' + '{f({ a: `two $' + '{b} three` })} four`; c';
    expect(textsOf('string', source)).toEqual(['one ', 'two ', ' three', ' four']);
    expect(textsOf('name', source)).toEqual(['f', 'a', 'b', 'c']);
  });

  it('distinguishes a regular expression from a division', () => {
    expect(textsOf('name', "const a = /it's [/'] x/g.test(b);")).toEqual(['const', 'a', 'test', 'b']);
    expect(textsOf('name', "a / b / 'c'.length")).toEqual(['a', 'b', 'length']);
  });

  it('reads digits that an apostrophe separates in C++', () => {
    const tokens = tokenize("int a = 1'000'000; // one", 'cpp');
    expect(tokens.filter(({ kind }) => kind === 'string')).toEqual([]);
    expect(tokens.at(-1)).toMatchObject({ kind: 'comment', text: '// one' });
  });

  it.each([
    ['a string', "const a = 'open"],
    ['a comment', '/* open'],
    ['a template', 'const a = `open $' + '{b'],
  ])('ends at the end of a source with %s that is not closed', (_, source) => {
    expect(tokenize(source, 'typescript').length).toBeGreaterThan(0);
  });
});

describe('checkFile', () => {
  it.each(['keepRows', 'rowsHeld', 'WhoToldIt', 'KEEP_DAYS', 'look'])('refuses the name %s', (name) => {
    expect(problemsOf(`const ${name} = 1;`)).toEqual([expect.stringContaining(`1: name \`${name}\` has`)]);
  });

  it.each(['lookup', 'keeper', 'threshold', 'household', 'understand'])('accepts %s, which is one word', (name) => {
    expect(problemsOf(`const ${name} = 1;`)).toEqual([]);
  });

  it('checks declared names alone: not members, and not what a package exports', () => {
    expect(problemsOf("import { take } from 'package';\nimport { a } from './b.ts';\ntake(a.keep);")).toEqual([]);
    expect(problemsOf("import { take } from './b.ts';")).toEqual(['1: name `take` has "take"']);
  });

  it('names a name once a file, at its first line', () => {
    expect(problemsOf('\nlet held = 1;\nheld = 2;')).toEqual(['2: name `held` has "held"']);
  });

  it('accepts the standard terms of HTTP, Kysely and external trials', () => {
    expect(problemsOf('const KEEP_ALIVE_MS = 1, keepAlive = 2, executeTakeFirst = 3, askAndTell = 4;')).toEqual([]);
    expect(problemsOf('const tellRequest = 1;', 'src/sweeps/external/routes.ts')).toEqual([]);
    expect(problemsOf('const tellRequest = 1;', 'src/jobs/routes.ts')).toHaveLength(1);
  });

  it('refuses the words in the names of files and folders', () => {
    expect(problemsOf('', 'src/keep/rows.ts')).toEqual(['1: file name has "keep"']);
  });

  it.each([
    ['a comment', '// for whoever asks', '1: comment has "whoever"'],
    ['a docstring', '/** That is\n * none. */', '1: comment has "is none"'],
    ['lines of comments', '// It goes\n// on.', '1: comment has "goes on"'],
    ['a string', "const a = 'nobody reads it';", '1: string has "nobody"'],
    ['a test title', "it('is told of it', () => {});", '1: string has "told"'],
    ['a template', 'const a = `x $' + '{b} of itself`;', '1: string has "of itself"'],
  ])('refuses phrases in %s', (_, source, message) => {
    expect(problemsOf(source)).toEqual([message]);
  });

  it('accepts code in backticks, single words of strings, and the standard use of a word', () => {
    expect(problemsOf("/** Calls `tell()`. */\nconst a = 'usual';\n// behind a reverse proxy: ask and tell")).toEqual(
      [],
    );
  });

  it('refuses comments wider than 100 columns, in TypeScript and C++', () => {
    const wide = 'x'.repeat(98);
    for (const file of ['a.ts', 'a.h', 'a.cc']) {
      expect(problemsOf(`// ${wide}`, file)).toEqual(['1: comment is wider than 100 columns']);
      expect(problemsOf(`/**\n * ${wide}\n */`, file)).toEqual(['2: comment is wider than 100 columns']);
      expect(problemsOf(`// ${wide.slice(1)}`, file)).toEqual([]);
    }
    expect(problemsOf(`const a = '${wide}';`)).toEqual([]);
    expect(problemsOf(`// https://example.org/${wide}`)).toEqual([]);
  });

  it('reads the prose of a document, not its code', () => {
    expect(problemsOf('# Usual\n\n```sh\nnobody\n```\n\nThe `usual` way.', 'docs/a.md')).toEqual([
      '1: text has "Usual"',
    ]);
  });
});

describe('contractNames', () => {
  it('has the settings, and the properties and parameters of every schema', () => {
    const schema = { properties: { held: { items: { properties: { deep: {} } } } } };
    const names = contractNames({ paths: { parameters: [{ in: 'query', name: 'limit' }] }, schemas: [schema] });
    expect(names).toEqual(expect.arrayContaining(['port', 'url', 'limit', 'held', 'deep']));
  });
});

describe('checkSubject', () => {
  it.each(['http: refuse unknown parameters', 'engine/kernels: add mish', 'http, cli: rename a flag'])(
    'accepts "%s"',
    (subject) => {
      expect(checkSubject(subject)).toBeUndefined();
    },
  );

  it.each(['Refuse unknown parameters', 'http: refuse them.', 'http:refuse', `http: ${'x'.repeat(67)}`])(
    'refuses "%s"',
    (subject) => {
      expect(checkSubject(subject)).toBeDefined();
    },
  );
});

describe('subjectsSince', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-style-'));
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], { cwd: folder });
  const commit = (file: string, subject: string) => {
    writeFileSync(join(folder, file), subject);
    git('add', '--all');
    git('commit', '--quiet', '--no-gpg-sign', '--message', subject);
  };

  beforeAll(() => git('init', '--quiet'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the commit that added the file and the later ones', () => {
    commit('a', 'An earlier subject');
    commit('checker', 'lint: add it');
    commit('a', 'a: change one');
    commit('checker', 'lint: change it');
    expect(subjectsSince(folder, 'checker')).toEqual(['lint: change it', 'a: change one', 'lint: add it']);
  });

  it('is empty without the file, or without Git', () => {
    expect(subjectsSince(folder, 'other')).toEqual([]);
    const outside = mkdtempSync(join(tmpdir(), 'trainyard-style-'));
    expect(subjectsSince(outside, 'checker')).toEqual([]);
    rmSync(outside, { recursive: true });
  });
});
