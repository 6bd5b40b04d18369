import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Job } from '../../src/jobs/schemas.ts';
import { neededVersions } from '../../tools/packaging/libraryVersions.ts';
import { apiAt } from '../e2e/support/api.ts';
import { PACKAGE_ROOT, readLog } from '../support/builtService.ts';
import { createUser } from '../support/systemUser.ts';

/** Installing copies some 300 MB, and takes minutes on a busy machine. */
const INSTALL_MS = 900_000;
const PLATFORM = `${process.platform}-${process.arch}`;
const CSV = ['x,y', ...Array.from({ length: 300 }, (_, row) => `${row},${row % 2 ? 'odd' : 'even'}`)].join('\n');

/**
 * The package is made of what `npm run build` compiled, so without a C++ compiler there is none.
 */
const canPack = existsSync(join(PACKAGE_ROOT, 'build/kernels.node'));
const canInstall = canPack && reachesRegistry();
if (!canPack) console.warn('No build/kernels.node: the package is not tested. The build says why.');
else if (!canInstall) console.warn('No package registry answers: installing the package is not tested.');

function reachesRegistry(): boolean {
  const args = ['view', 'fastify', 'version', '--fetch-retries=0', '--fetch-timeout=20000'];
  return spawnSync('npm', args, { cwd: tmpdir(), stdio: 'ignore' }).status === 0;
}

const folder = mkdtempSync(join(tmpdir(), 'trainyard-package-'));
let tarball = '';
let contents: readonly string[] = [];

beforeAll(() => {
  if (!canPack) return;
  const command = ['tools/package.ts', '--out', folder];
  const printed = execFileSync(process.execPath, command, { cwd: PACKAGE_ROOT, encoding: 'utf8', stdio: 'pipe' });
  tarball = printed.trim();
  contents = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' })
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}, INSTALL_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(!canPack)('the package', () => {
  it('has the kernels, the migrations, the example and the licence', () => {
    expect(contents).toEqual(
      expect.arrayContaining([
        'dist/cli/trainyard.js',
        'build/kernels.wasm',
        `prebuilds/${PLATFORM}/kernels.node`,
        'migrations/0001_baseline.sql',
        'src/cli/example/telco_churn.csv.gz',
        'LICENSE',
      ]),
    );
  });

  it('has no tests, sources, source maps or build files', () => {
    expect(contents.filter((path) => /^(test|tools)\/|\.(ts|map|cc|h|gyp|tsbuildinfo)$/.test(path))).toEqual([]);
  });

  it('runs on every system that better-sqlite3 runs on', () => {
    const sqlite = join(PACKAGE_ROOT, 'node_modules/better-sqlite3/prebuilds', `${PLATFORM}.node`);
    const bound = neededVersions(readFileSync(sqlite));
    const needed = neededVersions(readFileSync(join(PACKAGE_ROOT, 'build/kernels.node')));
    expect(Number(needed.get('GLIBC')?.split('.')[1])).toBeLessThanOrEqual(Number(bound.get('GLIBC')?.split('.')[1]));
  });

  it('is not made by a plain `npm pack`, which cannot build it', () => {
    const { status, stderr } = spawnSync('npm', ['pack', '--loglevel=error'], {
      cwd: PACKAGE_ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('use-npm-run-package-instead');
  });
});

describe.skipIf(!canInstall)('the package, installed without a compiler and Python', () => {
  const home = join(folder, 'home');
  const user = createUser(join(folder, 'bin'));

  beforeAll(async () => {
    mkdirSync(home);
    await user.run('npm', ['install', tarball, '--prefer-offline'], home);
  }, INSTALL_MS);

  /**
   * Starts the service and uploads, trains and predicts; answers the message about the kernels and
   * the exit code.
   */
  async function serveAndTrain(command: string, args: readonly string[]) {
    const child = user.start(command, [...args, 'serve', '--port', '0', '--workers', '1'], home);
    const gone = once(child, 'close');
    const log = readLog(child, gone);
    const api = apiAt((await log.logged('ready')).address);
    const { body: dataset } = await api.send<{ id: string }>('/v1/datasets?name=parity', 'text/csv', CSV);
    const spec = { datasetId: dataset.id, target: 'y', training: { epochs: 2 } };
    const { body: job } = await api.post<Job>('/v1/jobs', spec);
    const { modelId, state } = await api.ended(job.id);
    const predicted = await api.post<{ predictions: unknown[] }>(`/v1/models/${modelId}/predict`, { rows: [{ x: 1 }] });
    const kernels = await log.logged('kernels selected');
    child.kill('SIGTERM');
    // The log ends when the last process that writes to it has ended: the service and its worker.
    await gone;
    return { state, predictions: predicted.body.predictions.length, kernels, lines: log.lines };
  }

  it('serves, trains and predicts by `npx trainyard serve`, and ends with its worker when npx is killed', async () => {
    const { state, predictions, kernels, lines } = await serveAndTrain('npx', ['trainyard']);
    expect([state, predictions]).toEqual(['succeeded', 1]);
    expect(kernels).toMatchObject({ kernels: expect.stringMatching(/^native \(/) });
    expect(lines.at(-1)).toContain('"msg":"stopped"');
  });

  it('uses WebAssembly where the prebuilt kernels do not load', async () => {
    const kernelsFile = join(home, 'node_modules/trainyard/prebuilds', PLATFORM, 'kernels.node');
    const { state, kernels } = await withDamaged(kernelsFile, () => serveAndTrain('npx', ['trainyard']));
    expect(state).toBe('succeeded');
    expect(kernels).toMatchObject({ kernels: expect.stringMatching(/^wasm \(no native: prebuilds\/\S+ cannot be/) });
  });

  it(
    'is installed again from its lockfile',
    async () => {
      await user.run('npm', ['ci', '--prefer-offline'], home);
      expect(existsSync(join(home, 'node_modules/trainyard/node_modules/better-sqlite3/build'))).toBe(false);
      expect(await user.run('npx', ['trainyard', '--version'], home)).toMatch(/^\d+\.\d+\.\d+\n$/);
    },
    INSTALL_MS,
  );

  it(
    'serves and trains when it is installed for all users, on the Node of the system',
    async () => {
      const prefix = join(folder, 'prefix');
      await user.run('npm', ['install', '--global', '--prefix', prefix, tarball, '--prefer-offline'], home);
      const { state, lines } = await serveAndTrain(join(prefix, 'bin/trainyard'), []);
      expect(state).toBe('succeeded');
      expect(lines.at(-1)).toContain('"msg":"stopped"');
    },
    INSTALL_MS,
  );
});

/** Runs with a file whose processor type in the ELF header is another one. */
async function withDamaged<Result>(file: string, run: () => Promise<Result>): Promise<Result> {
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  damaged.writeUInt16LE(0, 18);
  replaceFile(file, damaged);
  try {
    return await run();
  } finally {
    replaceFile(file, whole);
  }
}

function replaceFile(file: string, content: Buffer): void {
  rmSync(file);
  writeFileSync(file, content);
}
