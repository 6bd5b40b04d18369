import { open } from 'node:fs/promises';

const HEAD_BYTES = 64 * 2 ** 10;

export async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HEAD_BYTES), length: HEAD_BYTES });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
