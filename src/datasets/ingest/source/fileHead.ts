import { open } from 'node:fs/promises';

const HEAD_BYTES = 64 * 2 ** 10;
const TAIL_BYTES = 1024;

export async function readHead(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HEAD_BYTES), length: HEAD_BYTES });
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last bytes of a file as text. */
export async function readTail(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const position = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(TAIL_BYTES), position });
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
