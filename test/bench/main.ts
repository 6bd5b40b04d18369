/**
 * `npm run bench -- --help` lists the sections. Measures and prints, one table for each section; no
 * test depends on it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compareRows } from './compare.ts';
import { describeMachine, noteLoad } from './machine.ts';
import { formatTable, type Row } from './report.ts';
import { helpText, SECTIONS } from './sections.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', default: false },
    json: { type: 'string' },
    compare: { type: 'string' },
    tfjs: { type: 'string' },
    data: { type: 'string' },
    table: { type: 'string' },
    effort: { type: 'string' },
    seed: { type: 'string' },
    results: { type: 'string' },
  },
});
if (values.help) {
  console.log(helpText());
  process.exit(0);
}
const unknown = positionals.filter((name) => !Object.hasOwn(SECTIONS, name));
if (unknown.length > 0) {
  console.error(`There is no section ${unknown.join(', ')}: there are ${Object.keys(SECTIONS).join(', ')}.`);
  process.exit(1);
}

const earlier: { readonly rows: readonly Row[] } | null = values.compare
  ? JSON.parse(readFileSync(values.compare, 'utf8'))
  : null;

const machine = describeMachine();
console.log(`${machine.processor}, ${machine.cores} cores, Node ${machine.node}`);
const sections: Record<string, { readonly loadBefore: number; readonly loadAfter: number }> = {};
const rows: Row[] = [];
for (const name of positionals.length > 0 ? positionals : ['steps']) {
  console.log(`\n${name}: ${SECTIONS[name].measures}`);
  const loadBefore = noteLoad(0);
  const measured = await SECTIONS[name].bench({ ...values, tfjs: values.tfjs ?? null });
  console.log(`\n${formatTable(measured)}\n`);
  sections[name] = { loadBefore, loadAfter: noteLoad(machine.cores) };
  rows.push(...measured);
}
if (values.json) writeFileSync(values.json, `${JSON.stringify({ machine, sections, rows }, null, 2)}\n`);
if (earlier) {
  console.log(`\nRelative to ${values.compare} (1: the same; times: below 1 is faster)\n`);
  console.log(formatTable(compareRows(rows, earlier.rows)));
}
