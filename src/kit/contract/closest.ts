/** Longer words get no suggestion: the time is proportional to the product of their lengths. */
const MAX_WORD_LENGTH = 100;
const MAX_EDITS = 3;
/** Suggestions of column names in one response: a dataset may have many thousands of columns. */
export const MAX_SUGGESTIONS = 10;
/** One edit is allowed for so many letters. */
const LETTERS_PER_EDIT = 3;

/**
 * ` Did you mean \`relu\`?` with the known word that is closest to the given one; empty if none is
 * close.
 */
export function didYouMean(word: string, known: Iterable<string>): string {
  const suggestion = closest(word, known);
  return suggestion === undefined ? '' : ` Did you mean \`${suggestion}\`?`;
}

/** The known word with the fewest edits from the given one, regardless of case and separators. */
export function closest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > MAX_WORD_LENGTH) return undefined;
  const wanted = plain(word);
  let suggestion: string | undefined;
  let maxEdits = Math.min(MAX_EDITS, Math.floor(wanted.length / LETTERS_PER_EDIT));
  for (const candidate of known) {
    if (candidate.length > MAX_WORD_LENGTH) continue;
    const edits = distance(wanted, plain(candidate), maxEdits);
    if (edits > maxEdits) continue;
    if (edits === 0) return candidate;
    suggestion = candidate;
    // A later candidate must be closer.
    maxEdits = edits - 1;
  }
  return suggestion;
}

/** `learning_rate` and `learningRate` are the same word. */
function plain(word: string): string {
  return word.toLowerCase().replace(/[\s_-]/g, '');
}

/**
 * The number of insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`;
 * Infinity above `limit`.
 */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j] + 1, row[j - 1] + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > limit) return Number.POSITIVE_INFINITY;
    [before, last] = [last, row];
  }
  return last[b.length];
}
