import { execFileSync } from 'node:child_process';

const MAX_SUBJECT_COLUMNS = 72;
const SUBJECT = /^[a-z][\w-]*(?:[/,] ?[a-z][\w-]*)*: \S.*[^.]$/;

/** What is wrong with a commit's subject; undefined when nothing is. */
export function checkSubject(subject: string): string | undefined {
  if (subject.length > MAX_SUBJECT_COLUMNS) {
    return `has ${subject.length} columns, at most ${MAX_SUBJECT_COLUMNS}`;
  }
  return SUBJECT.test(subject) ? undefined : 'is not "area: imperative subject", without a full stop';
}

/**
 * The subjects of the commits since `file` was added, that one included. None without Git or its
 * history: a package, or a container that is built from the files alone.
 */
export function subjectsSince(root: string, file: string): readonly string[] {
  const [added] = git(root, 'log', '--diff-filter=A', '--format=%H', '--', file).slice(-1);
  if (added === undefined) return [];
  const later = git(root, 'log', '--no-merges', '--format=%s', `${added}..HEAD`);
  return [...later, ...git(root, 'log', '-1', '--format=%s', added)];
}

function git(root: string, ...args: readonly string[]): readonly string[] {
  try {
    const output = execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return output.split('\n').filter((line) => line !== '');
  } catch {
    return [];
  }
}
