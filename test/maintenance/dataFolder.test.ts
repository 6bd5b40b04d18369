import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../src/config/config.ts';
import { findDataFolder, makeDataFolder } from '../../src/maintenance/dataFolder.ts';

const root = mkdtempSync(join(tmpdir(), 'trainyard-folder-'));
afterAll(() => rmSync(root, { recursive: true }));
const file = join(root, 'file');
const loop = join(root, 'loop');
const used = join(root, 'used');
writeFileSync(file, '');
symlinkSync(loop, loop);
mkdirSync(used);
writeFileSync(join(used, 'datasets'), '');

describe('a data folder', () => {
  it.each([
    ['/proc/x', 'no folder can be created there'],
    [file, 'a file has this name'],
    [join(file, 'below'), 'a file is in its path'],
    [loop, 'its path has a loop of links'],
    [join(root, 'n'.repeat(300)), 'its path is too long'],
    [used, 'a file has this name'],
  ])('at %s is refused with the flag, the path and the reason', (path, reason) => {
    expect(() => makeDataFolder(path)).toThrow(ConfigurationError);
    expect(() => makeDataFolder(path)).toThrow(`--data ${path} cannot be used: ${reason}`);
  });

  it('is created with its parent folders', () => {
    const data = join(root, 'a/b/c');
    expect(makeDataFolder(data).database).toBe(join(data, 'trainyard.sqlite'));
  });

  it('is recognized by its database', () => {
    const data = join(root, 'found');
    mkdirSync(data);
    expect(() => findDataFolder(data)).toThrow(`--data ${data} has no database of a service.`);
    writeFileSync(join(data, 'trainyard.sqlite'), '');
    expect(findDataFolder(data).database).toBe(join(data, 'trainyard.sqlite'));
  });
});
