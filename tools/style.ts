/**
 * Checks what the linter cannot: words in names and prose, the width of comments, the subjects of
 * commits. Prints each problem and exits with 1 if there is one.
 */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { checkFile } from './style/checkFile.ts';
import { checkSubject, subjectsSince } from './style/commitSubjects.ts';
import { contractNames } from './style/contractNames.ts';
import { bannedWords } from './style/words.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FILES = ['{src,test,tools}/**/*.{ts,h,cc,cpp}', 'docs/**/*.md', '{README,CONTRIBUTING,SECURITY}.md'];
/** Generated files, and the list of the words itself with its tests. */
const EXCLUDED = [
  '**/golden/**',
  '**/fixtures/**',
  'test/clients/heyApi/**',
  '**/node_modules/**',
  'tools/style/words.ts',
  'test/tools/style.test.ts',
];
const OPENAPI = 'openapi/openapi.json';

function read(file: string): string {
  return readFileSync(`${ROOT}/${file}`, 'utf8');
}

const files = globSync(FILES, { cwd: ROOT, exclude: EXCLUDED }).toSorted();
const problems = files.flatMap((file) => checkFile(file, read(file)));

const lines = [
  ...problems.map(({ file, line, message }) => `${file}:${line}: ${message}`),
  ...contractNames(JSON.parse(read(OPENAPI))).flatMap((name) =>
    bannedWords(name, OPENAPI).map((word) => `setting or field \`${name}\` has "${word}"`),
  ),
  ...subjectsSince(ROOT, 'tools/style.ts').flatMap((subject) => {
    const wrong = checkSubject(subject);
    return wrong === undefined ? [] : [`commit subject "${subject}" ${wrong}`];
  }),
];
for (const line of lines) console.log(line);
if (lines.length > 0) console.log(`\n${lines.length} problems of style`);
process.exitCode = lines.length === 0 ? 0 : 1;
