import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCheckpointFiles } from '../../../src/jobs/checkpoints/files.ts';

function openFiles() {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-checkpoints-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { folder, files: createCheckpointFiles(folder) };
}

it('gives back what was written', async () => {
  const { files } = openFiles();
  await files.write('a', Uint8Array.of(1, 2, 3));
  expect([...(await files.read('a'))]).toEqual([1, 2, 3]);
  await files.remove(['a', 'never there']);
  await expect(files.read('a')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('leaves nothing of what cannot be written', async () => {
  const { folder, files } = openFiles();
  // A folder that is not empty stands where the file shall be.
  mkdirSync(join(folder, 'a', 'b'), { recursive: true });
  await expect(files.write('a', Uint8Array.of(1))).rejects.toThrow();
  expect(readdirSync(folder)).toEqual(['a']);
});

it('makes its folder again when it is gone', async () => {
  const { folder, files } = openFiles();
  rmSync(folder, { recursive: true });
  expect(await files.names()).toEqual([]);
  rmSync(folder, { recursive: true });
  await files.write('a', Uint8Array.of(1));
  writeFileSync(join(folder, 'b.partial'), '');
  expect((await files.names()).toSorted()).toEqual(['a', 'b.partial']);
});
