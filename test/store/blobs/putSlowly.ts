/**
 * A process that puts a blob into the folder `argv[2]`, reports its first chunk, and then waits to
 * be killed.
 */
import { setInterval } from 'node:timers/promises';
import { createFolderBlobs } from '../../../src/store/blobs/folder.ts';

const [, , folder = ''] = process.argv;

async function* content() {
  yield Buffer.from('half of the content');
  process.stdout.write('started\n');
  for await (const _ of setInterval(1000));
}

await createFolderBlobs(folder).put('key', content());
