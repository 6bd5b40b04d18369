/** More letters than these make another name, not a misspelled one. */
const MOST_EDITS = 3;

/** The most letters that may differ: half of a short name. Two letters in the wrong order count as two. */
function mostEdits(name: string): number {
  return Math.min(MOST_EDITS, Math.floor(name.length / 2));
}

/** Such as ` Did you mean --target?`; empty where no known name is similar. */
export function didYouMean(name: string | undefined, known: readonly string[]): string {
  if (name === undefined) return '';
  const measured = known.map((candidate) => ({ candidate, edits: editDistance(name, candidate) }));
  const [best] = measured.sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= mostEdits(name) ? ` Did you mean ${best.candidate}?` : '';
}

/** Levenshtein's distance, without regard to upper and lower case. */
function editDistance(a: string, b: string): number {
  const [from, to] = [a.toLowerCase(), b.toLowerCase()];
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const current = [i];
    for (let j = 1; j <= to.length; j++) {
      const substitution = previous[j - 1] + (from[i - 1] === to[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, previous[j] + 1, current[j - 1] + 1));
    }
    previous = current;
  }
  return previous[to.length];
}
