import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** A reference from one source file to another, as paths below `src`. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  /**
   * `import`: loaded with its importer. `module`: named by a string, because it starts as a process
   * or a thread.
   */
  readonly kind: 'import' | 'module';
}

const REFERENCES = [
  { kind: 'import', pattern: /(?:from|import)\s*\(?\s*'(\.[^']+)'/g },
  { kind: 'module', pattern: /modulePath\(\s*import\.meta\.url,\s*'(\.[^']+)'/g },
  { kind: 'module', pattern: /new URL\(\s*'(\.[^']+)',\s*import\.meta\.url/g },
] as const;

/** Every TypeScript file, as a path below `src`. */
export const sourceFiles: readonly string[] = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .toSorted();

const known = new Set(sourceFiles);

/** Every reference between two source files. Imports of types count. */
export const arrows: readonly Arrow[] = sourceFiles.flatMap((from) => {
  const source = readSource(from);
  return REFERENCES.flatMap(({ kind, pattern }) =>
    [...source.matchAll(pattern)]
      .map(([, specifier = '']) => relative(SRC, resolve(dirname(join(SRC, from)), specifier)))
      .map((path) => (known.has(path) ? path : `${path}.ts`))
      .filter((to) => known.has(to))
      .map((to) => ({ from, to, kind })),
  );
});

export function readSource(file: string): string {
  return readFileSync(join(SRC, file), 'utf8');
}

/** The room of a file: its first folder. */
export function roomOf(file: string): string {
  return file.split('/')[0] ?? file;
}

export function folderOf(file: string): string {
  return dirname(file);
}

/** The nodes of one cycle in the order of their arrows; empty when there is none. */
export function findCycle(all: readonly Arrow[]): readonly string[] {
  const targetsOf = Map.groupBy(all, ({ from }) => from);
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): readonly string[] => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return [];
    for (const { to } of targetsOf.get(node) ?? []) {
      const cycle = visit(to, [...path, node]);
      if (cycle.length > 0) return cycle;
    }
    done.add(node);
    return [];
  };
  for (const node of targetsOf.keys()) {
    const cycle = visit(node, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

/**
 * Whether the text of a source file inserts rows into the table or updates their state, by a
 * builder or by SQL.
 */
export function writesState(source: string, table: string): boolean {
  const insert = new RegExp(`\\binsert\\s+into\\s+${table}\\b`, 'i');
  const update = new RegExp(`\\bupdate\\s+${table}\\s+set\\b((?!\\bwhere\\b)[^;])*\\bstate\\s*=`, 'i');
  if (source.includes(`insertInto('${table}')`) || insert.test(source) || update.test(source)) return true;
  return source.includes(`updateTable('${table}')`) && argumentsOfSet(source).some((text) => /\bstate\b/.test(text));
}

/** The arguments of each call of `.set(`. */
function argumentsOfSet(source: string): readonly string[] {
  return [...source.matchAll(/\.set\(/g)].map(({ index }) => {
    const start = index + '.set('.length;
    let depth = 1;
    let end = start;
    for (; depth > 0 && end < source.length; end++) depth += Number(source[end] === '(') - Number(source[end] === ')');
    return source.slice(start, end);
  });
}
