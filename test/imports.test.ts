import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src', import.meta.url));

/** The house: each room and the floor it stands on. A room imports from the floors that its row names, and from itself. */
const HOUSE = [
  { room: 'engine', floor: 0, mayImport: [] },
  { room: 'kit', floor: 1, mayImport: [] },
  { room: 'settings.ts', floor: 0, mayImport: [] },
  { room: 'config.ts', floor: 1, mayImport: [0] },
  { room: 'store', floor: 1, mayImport: [] },
  { room: 'access', floor: 2, mayImport: [1] },
  { room: 'datasets', floor: 2, mayImport: [1] },
  { room: 'features', floor: 2, mayImport: [1] },
  { room: 'webhooks', floor: 2, mayImport: [1] },
  { room: 'training', floor: 3, mayImport: [0, 1, 2] },
  { room: 'jobs', floor: 4, mayImport: [0, 1, 2, 3] },
  { room: 'models', floor: 5, mayImport: [0, 1, 2, 3, 4] },
  { room: 'sweeps', floor: 6, mayImport: [0, 1, 2, 3, 4, 5] },
  { room: 'upkeep', floor: 6, mayImport: [0, 1, 2, 3, 4, 5] },
  { room: 'http', floor: 7, mayImport: [0, 1, 2, 3, 4, 5, 6] },
  { room: 'cli', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'main.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'assemble.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'describeApi.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'parts.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'loneWorker.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'superviseWorker.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
  { room: 'workerRole.ts', floor: 8, mayImport: [0, 1, 2, 3, 4, 5, 6, 7, 8] },
] as const;

interface Arrow {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Every import of one of our files by another, types included, as paths below `src`. */
const arrows: readonly Arrow[] = files.flatMap((file) => {
  const source = readFileSync(join(SRC, file), 'utf8');
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => ({
    from: file,
    to: relative(SRC, resolve(dirname(join(SRC, file)), specifier)),
  }));
});

function roomOf(file: string) {
  return HOUSE.find(({ room }) => room === file.split('/')[0]);
}

describe('the house', () => {
  it('has a row for every room', () => {
    expect(files.filter((file) => !roomOf(file))).toEqual([]);
  });

  it('reads the imports that are there', () => {
    expect(arrows).toContainEqual({ from: 'store/database.ts', to: 'store/tables.ts' });
  });

  it('imports only what the table allows', () => {
    const wrong = arrows.filter(({ from, to }) => {
      const [importer, imported] = [roomOf(from), roomOf(to)];
      if (!importer || !imported) return true;
      return importer.room !== imported.room && !(importer.mayImport as readonly number[]).includes(imported.floor);
    });
    expect(wrong).toEqual([]);
  });

  it('has no cycle of imports', () => {
    expect(findCycle(arrows)).toEqual([]);
  });
});

/** The files of one cycle in the order of their imports, or none. */
function findCycle(all: readonly Arrow[]): readonly string[] {
  const importsOf = Map.groupBy(all, ({ from }) => from);
  const done = new Set<string>();
  function visit(file: string, path: readonly string[]): readonly string[] {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const { to } of importsOf.get(file) ?? []) {
      const cycle = visit(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  }
  for (const file of importsOf.keys()) {
    const cycle = visit(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}
