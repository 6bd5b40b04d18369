/**
 * `npm run bench [-- SECTION… --json FILE --compare FILE]`: measures and prints, a table a section; nothing here decides a test.
 * `--json` keeps the rows, `--compare` divides them by those that an earlier run kept.
 * Sections: `steps` (the default), `peers` (whole jobs beside other programs), `jobs`, `service`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { compareRows } from './compare.ts';
import { benchJobs } from './jobs.ts';
import { formatTable, type Row } from './report.ts';
import { benchService } from './service.ts';
import { benchSteps } from './steps.ts';
import { benchWholeJobs } from './wholeJobs.ts';

const SECTIONS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  steps: benchSteps,
  peers: benchWholeJobs,
  jobs: benchJobs,
  service: benchService,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, compare: { type: 'string' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(', ')}: there are ${Object.keys(SECTIONS).join(', ')}.`);
  process.exit(1);
}

const earlier: readonly Row[] | null = values.compare ? JSON.parse(readFileSync(values.compare, 'utf8')) : null;

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`);
const all: Row[] = [];
for (const name of positionals.length > 0 ? positionals : ['steps']) {
  console.log(`\n${name}`);
  const rows = await SECTIONS[name]();
  console.log(formatTable(rows));
  all.push(...rows);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
if (earlier)
  console.log(`\nBy the rows of ${values.compare}: 1 is the same\n${formatTable(compareRows(all, earlier))}`);
