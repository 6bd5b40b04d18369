/** Column names as they are shown: as in the file, made up where there is none, told apart by a number where they repeat. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.filter((name) => name !== ''));
  const seen = new Set<string>();
  return names.map((name, index) => {
    const wanted = name === '' ? `column${index + 1}` : name;
    const unique = seen.has(wanted) || (name === '' && taken.has(wanted)) ? numbered(wanted, taken) : wanted;
    taken.add(unique);
    seen.add(unique);
    return unique;
  });
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  let number = 2;
  while (taken.has(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}
