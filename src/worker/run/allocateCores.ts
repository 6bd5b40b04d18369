/**
 * The number of cores of each running job, up to its limit: at least one, and the others round
 * robin while any are left.
 */
export function allocateCores(cores: number, limits: readonly number[]): readonly number[] {
  const shares = limits.map(() => 1);
  let left = cores - shares.length;
  while (left > 0 && shares.some((share, i) => share < limits[i])) {
    for (let i = 0; i < shares.length && left > 0; i++) {
      if (shares[i] >= limits[i]) continue;
      shares[i] += 1;
      left -= 1;
    }
  }
  return shares;
}
