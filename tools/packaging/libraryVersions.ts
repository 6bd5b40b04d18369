/**
 * The versions of system libraries that a Linux binary needs, from the version names in its string
 * table.
 */

/** The libraries whose versions determine the oldest supported system. */
const VERSION_NAME = /\b(GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)*)\0/g;

/** The latest version of each library that the binary needs: `GLIBC` to `2.34`. */
export function neededVersions(binary: Buffer): ReadonlyMap<string, string> {
  const latest = new Map<string, string>();
  for (const [, library, version] of binary.toString('latin1').matchAll(VERSION_NAME)) {
    if (isLater(version, latest.get(library) ?? '0')) latest.set(library, version);
  }
  return latest;
}

/**
 * The libraries, such as `GLIBC_2.38`, that `binary` needs in a later version than `bound` does.
 */
export function newerLibraries(binary: Buffer, bound: Buffer): readonly string[] {
  const allowed = neededVersions(bound);
  return (
    [...neededVersions(binary)]
      // The GCC runtime is part of the C++ library's package, which the other names bound.
      .filter(([library, version]) => library !== 'GCC' && isLater(version, allowed.get(library) ?? '0'))
      .map(([library, version]) => `${library}_${version}`)
  );
}

function isLater(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) > 0;
}
