import { spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { createLog, type Logger } from '../../src/kit/log.ts';
import { restrictToOwner } from '../../src/kit/permissions.ts';
import { mountSmallDisk } from '../support/smallDisk.ts';

const NAMES = new Set(['database', 'tables']);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trainyard-permissions-'));
  fill(folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A data folder that every user may read and write. */
function fill(data: string): void {
  mkdirSync(join(data, 'tables', 'inner'), { recursive: true });
  for (const file of ['database', 'tables/one', 'tables/inner/two']) writeFileSync(join(data, file), '');
  for (const each of ['.', 'tables', 'tables/inner']) chmodSync(join(data, each), 0o777);
  for (const file of ['database', 'tables/one', 'tables/inner/two']) chmodSync(join(data, file), 0o666);
}

const modeOf = (path: string, data = folder) => (lstatSync(join(data, path)).mode & 0o7777).toString(8);
const modes = (data = folder) =>
  ['.', 'database', 'tables', 'tables/one', 'tables/inner', 'tables/inner/two'].map((path) => modeOf(path, data));

function restrict(data = folder): string[] {
  const logged: string[] = [];
  const note = (_: object, message: string) => void logged.push(message);
  const log: Logger = Object.assign(createLog('silent'), { info: note, warn: note });
  restrictToOwner(data, NAMES, log);
  return logged;
}

it('restricts a folder and its content, and logs that once', () => {
  expect(restrict()).toEqual(['the data folder was restricted to its owner']);
  expect(modes()).toEqual(['700', '600', '700', '600', '700', '600']);
  expect(restrict()).toEqual([]);
});

it('preserves bits that set the group of new files', () => {
  chmodSync(folder, 0o2775);
  restrict();
  expect(modeOf('.')).toBe('2700');
});

it('leaves a folder with other files unchanged, and those files; restricts its own entries', () => {
  writeFileSync(join(folder, 'notes.txt'), '');
  chmodSync(join(folder, 'notes.txt'), 0o644);
  expect(restrict()).toEqual([
    'the data folder has other files: its permissions are unchanged',
    'the data folder was restricted to its owner',
  ]);
  expect(modes()).toEqual(['777', '600', '700', '600', '700', '600']);
  expect(modeOf('notes.txt')).toBe('644');
});

it('leaves a folder that all users share unchanged, such as /tmp', () => {
  chmodSync(folder, 0o1777);
  restrict();
  expect(modeOf('.')).toBe('1777');
});

it('follows no symbolic link', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'trainyard-elsewhere-'));
  onTestFinished(() => rmSync(elsewhere, { recursive: true }));
  fill(elsewhere);
  symlinkSync(elsewhere, join(folder, 'tables', 'link'));
  restrict();
  expect(modes(elsewhere)).toEqual(['777', '666', '777', '666', '777', '666']);
});

const disk = mountSmallDisk(2 ** 20);
afterAll(() => disk?.remove());

it.skipIf(!disk)('continues with a warning if permissions cannot be changed (if a disk can be mounted)', () => {
  if (!disk) return;
  fill(disk.folder);
  expect(spawnSync('mount', ['-o', 'remount,ro', disk.folder]).status).toBe(0);
  expect(restrict(disk.folder)).toEqual(['other users may read the data folder']);
  expect(modes(disk.folder)).toEqual(['777', '666', '777', '666', '777', '666']);
});

it.skipIf(process.getuid?.() !== 0)('leaves files of another user unchanged (as root)', () => {
  expect(spawnSync('chown', ['65534', join(folder, 'database')]).status).toBe(0);
  expect(restrict()).toEqual(['the data folder was restricted to its owner', 'other users may read the data folder']);
  expect(modes()).toEqual(['700', '666', '700', '600', '700', '600']);
});
