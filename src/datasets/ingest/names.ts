/** Column names as they are shown: as in the file, made up where there is none, told apart by a number where they repeat. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.filter((name) => name !== ''));
  const seen = new Set<string>();
  const numbers = new Map<string, number>();
  return names.map((name, index) => {
    const wanted = name === '' ? `column${index + 1}` : name;
    const unique = seen.has(wanted) || (name === '' && taken.has(wanted)) ? numbered(wanted, taken, numbers) : wanted;
    taken.add(unique);
    seen.add(unique);
    return unique;
  });
}

/** The first free number. Lower ones of the name are not tried again. */
function numbered(name: string, taken: ReadonlySet<string>, numbers: Map<string, number>): string {
  let number = numbers.get(name) ?? 2;
  while (taken.has(`${name}_${number}`)) number += 1;
  numbers.set(name, number + 1);
  return `${name}_${number}`;
}
