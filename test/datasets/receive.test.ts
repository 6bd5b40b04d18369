import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { receive } from '../../src/datasets/upload/upload.ts';
import { uploadLimit } from '../../src/datasets/upload/uploadLimit.ts';

const folder = mkdtempSync(join(tmpdir(), 'trainyard-receive-'));
afterAll(() => rm(folder, { recursive: true }));

it('opens no file for a body that fails before its first byte', async () => {
  const body = new Readable({ read: () => body.destroy(new Error('the client hung up')) });
  await expect(receive(body, join(folder, 'upload'), uploadLimit(100), 100)).rejects.toThrow('hung up');
  // A file that is opened nevertheless appears within two turns of the event loop.
  for (let turn = 0; turn < 5; turn++) {
    await yieldToEventLoop();
    expect(await readdir(folder)).toEqual([]);
  }
});
