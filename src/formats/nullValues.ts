/** The cells that mean "missing" unless the upload lists others. The empty cell always does. */
export const DEFAULT_NULL_VALUES = ['NA', 'N/A', 'n/a', '#N/A', 'NaN', 'nan', 'null', 'NULL', '?'] as const;
