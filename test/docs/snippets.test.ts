import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type BuiltService, PACKAGE_ROOT, startBuiltService } from '../support/builtService.ts';

const run = promisify(execFile);

const DOCUMENTS = ['README.md', ...readdirSync(join(PACKAGE_ROOT, 'docs')).map((file) => `docs/${file}`)].filter(
  (file) => file.endsWith('.md'),
);

/**
 * Lines that install packages or start the service: only the scripts that they name are checked.
 */
const NPM_LINE = /^\s*npm /;

/** Runs `trainyard` as built, in a shell that stops at the first error. */
const PROLOGUE = `set -euo pipefail
curl() { command curl --fail-with-body "$@"; }
trainyard() { node "${join(PACKAGE_ROOT, 'dist/cli/trainyard.js')}" "$@"; }
`;

/** What the first part of a path in a document may be; anything else is no path. */
const ROOMS = new Set(['src', 'test', 'tools', 'docs', ...readdirSync(join(PACKAGE_ROOT, 'src'))]);
const exists = (path: string) => existsSync(join(PACKAGE_ROOT, path));

const readDocument = (file: string) => readFileSync(join(PACKAGE_ROOT, file), 'utf8');
const shellBlocks = (text: string) => [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
const jsonBlocks = (text: string) => [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, block = '']) => block);

describe.each(DOCUMENTS)('%s', (file) => {
  const text = readDocument(file);
  const lines = shellBlocks(text).flatMap((block) => block.split('\n'));
  const script = lines.filter((line) => !NPM_LINE.test(line)).join('\n');

  it('names scripts of the package that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
    const named = [...text.matchAll(/npm (?:run (?:--silent )?)?([a-z]+(?::[a-z]+)*)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !['ci', 'install', 'pack', 'run'].includes(name) && !(name in scripts))).toEqual([]);
  });

  it('links to files that exist', () => {
    const prose = text.replace(/^```.*?^```/gms, '');
    const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link = '']) => link);
    for (const link of links) expect(() => readFileSync(join(PACKAGE_ROOT, dirname(file), link))).not.toThrow();
  });

  it('names source files and folders that exist', () => {
    const paths = [...text.matchAll(/`((?:src|test|tools|docs)\/[\w./-]+|[a-z]+(?:\/[a-zA-Z]+)+)`/g)].map(
      ([, path = '']) => path,
    );
    const isThere = (path: string) => ['', 'src/'].some((root) => exists(root + path) || exists(`${root}${path}.ts`));
    expect(
      paths.filter((path) => !path.includes('NAME') && ROOMS.has(path.split('/')[0] ?? '') && !isThere(path)),
    ).toEqual([]);
  });

  it('contains valid JSON', () => {
    for (const block of jsonBlocks(text)) expect(() => JSON.parse(block)).not.toThrow();
  });

  it.skipIf(script.trim() === '')('has shell snippets that run against a fresh service', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'trainyard-docs-'));
    const service = await startBuiltService();
    try {
      symlinkSync(join(PACKAGE_ROOT, 'src'), join(folder, 'src'));
      await runScript(script, folder, service);
    } finally {
      await service.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

async function runScript(script: string, cwd: string, { address, data }: BuiltService): Promise<void> {
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
    TRAINYARD_URL: address,
    TRAINYARD_DATA: data,
  };
  const body = PROLOGUE + script.replaceAll('http://127.0.0.1:8080', address);
  await run('bash', ['-c', body], { cwd, env, maxBuffer: 2 ** 28 }).catch(
    (error: { stdout: string; stderr: string }) => {
      throw new Error(`${error.stderr}\n${error.stdout.slice(-2000)}`);
    },
  );
}
