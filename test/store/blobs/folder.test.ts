import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import * as node from '../../../src/kit/node.ts';
import { createFolderBlobs } from '../../../src/store/blobs/folder.ts';
import { endedWithTests } from '../../support/children.ts';
import { describeBlobs, temporaryFolder } from './contract.ts';

const PUT_SLOWLY = fileURLToPath(new URL('./putSlowly.ts', import.meta.url));

vi.mock('../../../src/kit/node.ts', async (load) => {
  const real = await load<typeof node>();
  return { ...real, sync: vi.fn(real.sync) };
});

const openFolder = () => createFolderBlobs(join(temporaryFolder(), 'blobs'));

describeBlobs('a folder', openFolder);

describe('the folder of blobs', () => {
  it('is created for its owner alone, and so are its files', async () => {
    const blobs = openFolder();
    await blobs.put('key', [Buffer.from('content')]);
    expect(statSync(blobs.folder).mode & 0o777).toBe(0o700);
    expect(statSync(join(blobs.folder, 'key')).mode & 0o777).toBe(0o600);
  });

  it('is created again when it was removed', async () => {
    const blobs = openFolder();
    await blobs.put('key', [Buffer.from('content')]);
    rmSync(blobs.folder, { recursive: true });
    expect([await blobs.list(), await blobs.fetch('key')]).toEqual([[], undefined]);
    await blobs.remove(['key']);
    await blobs.put('key', [Buffer.from('content')]);
    expect(await blobs.list()).toEqual(['key']);
  });

  it('has the files under their keys, so that a fetch copies nothing', async () => {
    const blobs = openFolder();
    await blobs.put('key', [Buffer.from('content')]);
    expect(await blobs.fetch('key')).toBe(join(blobs.folder, 'key'));
    expect(readdirSync(blobs.folder)).toEqual(['key']);
  });

  it('may contain other files and folders, which are not listed', async () => {
    const blobs = openFolder();
    await blobs.put('key', [Buffer.from('content')]);
    mkdirSync(join(blobs.folder, 'lost+found'));
    mkdirSync(join(blobs.folder, 'folder'));
    writeFileSync(join(blobs.folder, '.nfs0001'), '');
    symlinkSync(join(blobs.folder, 'key'), join(blobs.folder, 'link'));
    expect(await blobs.list()).toEqual(['key']);
  });

  it('gets a new name only after the bytes are on the disk, and is synced after that', async () => {
    const blobs = openFolder();
    const synced: string[] = [];
    vi.mocked(node.sync).mockImplementation(async (path) => {
      synced.push(`${path === blobs.folder ? 'folder' : 'file'}, key ${readdirSync(blobs.folder).includes('key')}`);
    });
    await blobs.put('key', [Buffer.from('content')]);
    expect(synced).toEqual(['file, key false', 'folder, key true']);
    vi.mocked(node.sync).mockRestore();
  });
});

describe('a write into a folder', () => {
  it('that was killed leaves an unfinished write alone, which can be removed', async () => {
    const blobs = openFolder();
    await blobs.put('key', [Buffer.from('former content')]);
    const child = endedWithTests(
      spawn(process.execPath, [PUT_SLOWLY, blobs.folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
    );
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const [name = ''] = (await blobs.list()).filter((candidate) => candidate !== 'key');
    expect(readFileSync(join(blobs.folder, name), 'utf8')).toBe('half of the content');
    expect(readFileSync(String(await blobs.fetch('key')), 'utf8')).toBe('former content');
    await blobs.remove([name]);
    expect(readdirSync(blobs.folder)).toEqual(['key']);
  });

  it('leaves nothing when a folder is in the place of the file', async () => {
    const blobs = openFolder();
    mkdirSync(join(blobs.folder, 'key', 'inside'), { recursive: true });
    await expect(blobs.put('key', [Buffer.from('content')])).rejects.toThrow();
    expect(readdirSync(blobs.folder)).toEqual(['key']);
    await expect(blobs.fetch('key')).rejects.toThrow('The blob key is not a file');
  });

  it('is rejected with the reason of the system when the folder cannot be used', async () => {
    const folder = join(temporaryFolder(), 'blobs');
    writeFileSync(folder, 'a file');
    const blobs = createFolderBlobs(folder);
    await expect(blobs.put('key', [Buffer.from('content')])).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(blobs.list()).rejects.toMatchObject({ code: 'ENOTDIR' });
  });
});
