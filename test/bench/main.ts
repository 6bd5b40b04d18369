/**
 * `npm run bench [-- SECTION… --json FILE]`: measures and prints, a table a section; nothing here decides a test.
 * Sections: `steps` (the default), `jobs`, `service`.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { benchJobs } from './jobs.ts';
import { formatTable, type Row } from './report.ts';
import { benchService } from './service.ts';
import { benchSteps } from './steps.ts';

const SECTIONS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  steps: benchSteps,
  jobs: benchJobs,
  service: benchService,
};

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
const unknown = positionals.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(', ')}: there are ${Object.keys(SECTIONS).join(', ')}.`);
  process.exit(1);
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`);
const all: Row[] = [];
for (const name of positionals.length > 0 ? positionals : ['steps']) {
  console.log(`\n${name}`);
  const rows = await SECTIONS[name]();
  console.log(formatTable(rows));
  all.push(...rows);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify(all, null, 2)}\n`);
