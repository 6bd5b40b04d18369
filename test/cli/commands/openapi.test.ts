import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeOpenapi } from '../../../src/cli/commands/openapi.ts';
import { createTestTerminal } from '../support/testTerminal.ts';

const temporary = mkdtempSync(join(tmpdir(), 'trainyard-openapi-'));
afterAll(() => rmSync(temporary, { recursive: true }));
const file = join(temporary, 'folder', 'openapi.json');
const describeNothing = async () => ({ openapi: '3.1.0' });

describe('trainyard openapi', () => {
  it('writes the document, and then finds it up to date', async () => {
    expect(await writeOpenapi(['--output', file], describeNothing, createTestTerminal())).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe('{\n  "openapi": "3.1.0"\n}\n');
    expect(await writeOpenapi(['--output', file, '--check'], describeNothing, createTestTerminal())).toBe(0);
  });

  it('fails with a hint, and changes nothing, if the file differs', async () => {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '{}\n');
    const terminal = createTestTerminal();
    expect(await writeOpenapi(['--output', file, '--check'], describeNothing, terminal)).toBe(1);
    expect(terminal.written.warnings).toContain('run `npm run openapi` and commit it');
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
  });

  it('fails if there is no file', async () => {
    const args = ['--output', `${file}.absent`, '--check'];
    expect(await writeOpenapi(args, describeNothing, createTestTerminal())).toBe(1);
  });
});
