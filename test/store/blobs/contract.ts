import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Blobs } from '../../../src/store/blobs/blobs.ts';

/** Names that leave a folder, name a file of the system, or differ between file systems. */
const HOSTILE = [
  ...['', '.', '..', '../x', '/etc/passwd', 'a/b', 'a/../../b', 'a\\b', 'C:x', '~', '.hidden', ' a', 'a ', 'a b'],
  ...['a\0b', 'a\n', '\na', 'a\tb', 'ä', 'Å', '😀', '%2e%2e', 'a%2fb', 'a?b', 'a#b', 'a*', 'a:b', 'x'.repeat(201)],
];

/** Keys that differ in one character, or need care in a pattern. */
const KEYS = ['a', 'A', '_', '-', '0', 'a.b', 'a..b', 'a.', `${'f'.repeat(64)}.parquet`, 'x'.repeat(200)];

const bytesOf = (text: string) => Buffer.from(text);

/**
 * What every driver of `Blobs` does. `openBlobs` opens an empty namespace that the driver's test
 * removes again; a name starts the titles.
 */
export function describeBlobs(driver: string, openBlobs: () => Promise<Blobs> | Blobs): void {
  const read = async (blobs: Blobs, key: string) => {
    const path = await blobs.fetch(key);
    return path === undefined ? undefined : readFileSync(path, 'utf8');
  };

  describe(`blobs in ${driver}`, () => {
    it('return the content that was put, from chunks at once or one by one', async () => {
      const blobs = await openBlobs();
      await blobs.put('now', [bytesOf('one '), bytesOf('two')]);
      await blobs.put('later', chunks('three ', 'four'));
      await blobs.put('nothing', []);
      expect(await read(blobs, 'now')).toBe('one two');
      expect(await read(blobs, 'later')).toBe('three four');
      expect(await read(blobs, 'nothing')).toBe('');
      expect((await blobs.list()).toSorted()).toEqual(['later', 'nothing', 'now']);
    });

    it('return a file that was put, and leave none at its former path', async () => {
      const blobs = await openBlobs();
      const file = fileWith(blobs, 'content of a file');
      await blobs.put('key', { file });
      expect(await read(blobs, 'key')).toBe('content of a file');
      expect(() => readFileSync(file)).toThrow('ENOENT');
    });

    it('return 20 MiB bit for bit', async () => {
      const blobs = await openBlobs();
      const block = Buffer.from(Float64Array.from({ length: 2 ** 17 }, (_, index) => Math.sin(index)).buffer);
      await blobs.put('large', chunks(...Array.from({ length: 20 }, () => block)));
      const hash = createHash('sha256');
      for (let count = 0; count < 20; count++) hash.update(block);
      const path = await blobs.fetch('large');
      expect(
        createHash('sha256')
          .update(readFileSync(String(path)))
          .digest('hex'),
      ).toBe(hash.digest('hex'));
    });

    it('are fetched as files directly in the folder that the driver names', async () => {
      const blobs = await openBlobs();
      for (const key of KEYS) await blobs.put(key, [bytesOf(key)]);
      for (const key of KEYS) expect(dirname(String(await blobs.fetch(key)))).toBe(blobs.folder);
    });

    it('are independent of each other', async () => {
      const blobs = await openBlobs();
      for (const key of KEYS) await blobs.put(key, [bytesOf(`content of ${key}`)]);
      for (const key of KEYS) expect(await read(blobs, key)).toBe(`content of ${key}`);
      expect((await blobs.list()).toSorted()).toEqual(KEYS.toSorted());
    });

    it('are absent before they are put and after they are removed', async () => {
      const blobs = await openBlobs();
      expect([await blobs.fetch('key'), await blobs.list()]).toEqual([undefined, []]);
      await blobs.put('key', [bytesOf('content')]);
      await blobs.put('other', [bytesOf('content')]);
      await blobs.remove(['key', 'absent']);
      await blobs.remove(['key']);
      expect([await blobs.fetch('key'), await blobs.list()]).toEqual([undefined, ['other']]);
    });

    it('have the last content that was put', async () => {
      const blobs = await openBlobs();
      await blobs.put('key', [bytesOf('a long first content')]);
      await blobs.put('key', [bytesOf('second')]);
      expect(await read(blobs, 'key')).toBe('second');
      await blobs.put('key', { file: fileWith(blobs, 'third') });
      expect([await read(blobs, 'key'), await blobs.list()]).toEqual(['third', ['key']]);
    });

    it('stay readable for a reader that opened one before it was replaced and removed', async () => {
      const blobs = await openBlobs();
      await blobs.put('key', [bytesOf('first')]);
      await using reader = await open(String(await blobs.fetch('key')));
      await blobs.put('key', [bytesOf('second')]);
      await blobs.remove(['key']);
      expect(await reader.readFile('utf8')).toBe('first');
    });

    it('have the whole content of one of two concurrent writes', async () => {
      const blobs = await openBlobs();
      const letters = ['a', 'b', 'c', 'd'];
      const contents = letters.map((letter) => letter.repeat(2 ** 20));
      await Promise.all(letters.map((letter) => blobs.put('key', chunks(...Array(16).fill(letter.repeat(2 ** 16))))));
      expect(contents).toContain(await read(blobs, 'key'));
      expect(await blobs.list()).toEqual(['key']);
    });
  });

  describe(`an unfinished write in ${driver}`, () => {
    it('is listed under a name that starts with its key, and cannot be fetched', async () => {
      const blobs = await openBlobs();
      const { content, started, finish } = pausedContent();
      const writing = blobs.put('key', content);
      await started;
      const names = await blobs.list();
      expect(names).toEqual([expect.stringMatching(/^key\../)]);
      expect(await blobs.fetch('key')).toBeUndefined();
      for (const name of names) await expect(blobs.fetch(name)).rejects.toThrow('Invalid blob key');
      finish();
      await writing;
      expect([await read(blobs, 'key'), await blobs.list()]).toEqual(['begin end', ['key']]);
    });

    it('leaves nothing, and the former content, when its source breaks off', async () => {
      const blobs = await openBlobs();
      async function* broken() {
        yield bytesOf('half of ');
        throw new Error('the client left');
      }
      await expect(blobs.put('key', broken())).rejects.toThrow('the client left');
      expect([await blobs.fetch('key'), await blobs.list()]).toEqual([undefined, []]);
      await blobs.put('key', [bytesOf('whole')]);
      await expect(blobs.put('key', broken())).rejects.toThrow('the client left');
      expect([await read(blobs, 'key'), await blobs.list()]).toEqual(['whole', ['key']]);
    });

    it('leaves nothing when its file does not exist', async () => {
      const blobs = await openBlobs();
      await expect(blobs.put('key', { file: join(blobs.folder, '..', 'not there') })).rejects.toThrow('ENOENT');
      expect([await blobs.fetch('key'), await blobs.list()]).toEqual([undefined, []]);
    });

    it('is rejected when it is removed meanwhile, and leaves nothing', async () => {
      const blobs = await openBlobs();
      const { content, started, finish } = pausedContent();
      const writing = blobs.put('key', content);
      await started;
      await blobs.remove(await blobs.list());
      finish();
      await expect(writing).rejects.toThrow();
      expect([await blobs.fetch('key'), await blobs.list()]).toEqual([undefined, []]);
    });
  });

  describe(`a key of blobs in ${driver}`, () => {
    it.each(HOSTILE.map((key) => [JSON.stringify(key).slice(0, 30), key]))('is not %s', async (_shown, key) => {
      const blobs = await openBlobs();
      await expectRefused(blobs, key);
    });

    it('is not the name of an unfinished write', async () => {
      const blobs = await openBlobs();
      await expect(blobs.put('a.partial', [])).rejects.toThrow('Invalid blob key "a.partial": use 1 to 200 letters');
      await expect(blobs.fetch('a.partial')).rejects.toThrow('Invalid blob key');
    });

    it('has only letters, digits, dots, underscores and hyphens', async () => {
      const blobs = await openBlobs();
      const texts = fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !/^[\w-][\w.-]*$/.test(text));
      await fc.assert(fc.asyncProperty(texts, (text) => expectRefused(blobs, text)));
    });
  });

  async function expectRefused(blobs: Blobs, key: string): Promise<void> {
    const file = fileWith(blobs, 'content');
    await expect(blobs.put(key, [bytesOf('content')])).rejects.toThrow('Invalid blob key');
    await expect(blobs.put(key, { file })).rejects.toThrow('Invalid blob key');
    await expect(blobs.fetch(key)).rejects.toThrow('Invalid blob key');
    expect(readFileSync(file, 'utf8')).toBe('content');
    expect(await blobs.list()).toEqual([]);
    if (key.length <= 200) await expect(blobs.remove(['a', key])).rejects.toThrow('Invalid blob name');
  }
}

/** A file beside the folder of the blobs, as an upload is until it is put. */
function fileWith({ folder }: Blobs, text: string): string {
  const file = join(dirname(folder), 'source');
  writeFileSync(file, text);
  return file;
}

async function* chunks(...parts: readonly (string | Buffer)[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield Buffer.from(part);
}

/** Content that pauses in its middle: `started` resolves when its first chunk is written. */
function pausedContent() {
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  async function* content() {
    yield bytesOf('begin ');
    started.resolve();
    await finished.promise;
    yield bytesOf('end');
  }
  return { content: content(), started: started.promise, finish: finished.resolve };
}

/** A temporary folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-blobs-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
