export const leastTrials = 8;
export function pedAnova(_s: unknown, _t: unknown): Record<string, number> | null {
  return null;
}
