/**
 * Creates the package that users install, `trainyard-VERSION.tgz`, in the folder `--out` (`build`
 * by default), and prints its path.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { stagePackage } from './packaging/stage.ts';

const run = promisify(execFile);

const { values } = parseArgs({ options: { out: { type: 'string', default: 'build' } } });
const out = resolve(values.out);
const stage = await mkdtemp(join(tmpdir(), 'trainyard-package-'));
try {
  await stagePackage(stage);
  await mkdir(out, { recursive: true });
  console.log(join(out, await pack(stage)));
} finally {
  await rm(stage, { recursive: true, force: true });
}

/** Returns the name of the tarball. */
async function pack(folder: string): Promise<string> {
  const { stdout } = await run('npm', ['pack', folder, '--json', '--pack-destination', out]);
  const [{ filename, files, unpackedSize }] = JSON.parse(stdout);
  console.error(`${files.length} files, ${unpackedSize} bytes unpacked`);
  return filename;
}
