import { type ExecFileException, execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeApi } from '../../src/server/openapi.ts';
import { type BuiltService, startBuiltService } from '../support/builtService.ts';

const SOURCE = fileURLToPath(new URL('heyApi', import.meta.url));
/** No scripts of packages run, and a registry that does not answer is given up soon. */
const INSTALL = [
  ...['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'],
  ...['--fetch-retries=0', '--fetch-timeout=20000'],
];
/** What npm reports when the registry cannot be reached. */
const UNREACHABLE =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/;

let folder: string;
let service: BuiltService;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-client-'));
  cpSync(SOURCE, folder, { recursive: true });
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(await describeApi()));
  service = await startBuiltService();
});
afterAll(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: folder });
  return stdout;
}

/** The error of npm if the registry cannot be reached. Throws any other error. */
async function install(): Promise<string | undefined> {
  try {
    await run('npm', ...INSTALL);
    return undefined;
  } catch (error) {
    const { stderr = '' } = error as ExecFileException;
    const [code] = UNREACHABLE.exec(String(stderr)) ?? [];
    if (code === undefined) throw error;
    return code;
  }
}

it('a client that @hey-api/openapi-ts generates compiles, uploads, trains and predicts', async ({ skip }) => {
  const unreachable = await install();
  if (unreachable !== undefined) return skip(`The npm registry cannot be reached: ${unreachable}.`);
  await run('npm', 'run', 'generate');
  await run('npm', 'run', 'build');
  const predictions = JSON.parse(await run(process.execPath, 'built/main.js', service.address));
  expect(predictions).toMatchObject([{ label: 'no' }, { label: 'yes' }]);
});
