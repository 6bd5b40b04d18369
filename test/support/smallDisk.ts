import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A separate disk with this many bytes of space. */
export interface SmallDisk {
  readonly folder: string;
  remove(): void;
}

/** Undefined if this process may not mount one. */
export function mountSmallDisk(bytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'trainyard-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder]).status === 0;
  const remove = () => {
    if (mounted) spawnSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  if (mounted) return { folder, remove };
  remove();
  return undefined;
}

const PIECE_BYTES = 4096;

/** Writes a file until its disk is full; returns the bytes written. */
export function fillDisk(ballast: string): number {
  const file = openSync(ballast, 'w');
  let bytes = 0;
  try {
    for (let piece = PIECE_BYTES; piece === PIECE_BYTES; bytes += piece) {
      piece = writeSync(file, Buffer.alloc(PIECE_BYTES));
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(file);
  }
  return bytes;
}
