/**
 * Files whose words are not checked yet, as starts of their paths. A row without a problem fails
 * the check, so the list only shrinks.
 */
export const UNCOVERED: readonly string[] = [
  'src/datasets/',
  'src/engine/',
  'src/features/',
  'src/maintenance/',
  'src/models/',
  'src/search/',
  'src/store/',
  'src/sweeps/',
  'src/training/estimate/',
  'src/training/prepare.ts',
  'test/engine/',
  'test/features/',
  'test/models/',
  'test/search/',
  'test/store/',
  'test/sweeps/',
  'test/webhooks/',
];
