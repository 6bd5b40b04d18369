/** Unique column names: as in the file, generated when missing, numbered when they repeat. */
export function uniqueNames(names: readonly string[]): readonly string[] {
  const usedNames = new Set(names.filter((name) => name !== ''));
  const seen = new Set<string>();
  const numbers = new Map<string, number>();
  return names.map((name, index) => {
    const wanted = name === '' ? generatedName(index) : name;
    const unique =
      seen.has(wanted) || (name === '' && usedNames.has(wanted)) ? numbered(wanted, usedNames, numbers) : wanted;
    usedNames.add(unique);
    seen.add(unique);
    return unique;
  });
}

/** The name of a column without one, by its position from 0. */
export function generatedName(index: number): string {
  return `column${index + 1}`;
}

/** The name with the first free number. Lower numbers of the name are not tried again. */
function numbered(name: string, usedNames: ReadonlySet<string>, numbers: Map<string, number>): string {
  let number = numbers.get(name) ?? 2;
  while (usedNames.has(`${name}_${number}`)) number += 1;
  numbers.set(name, number + 1);
  return `${name}_${number}`;
}
