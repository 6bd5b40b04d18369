/** The limit of file systems for a name, in bytes. */
const MAX_NAME_LENGTH = 255;
/** Leaves room for the suffix of an unfinished write. */
const MAX_KEY_LENGTH = 200;
const UNFINISHED_SUFFIX = '.partial';

/**
 * Whether `list` can return this name, of a key or of an unfinished write: one path segment, ASCII,
 * no leading dot.
 */
export function isStoredName(text: string): boolean {
  return /^[\w-][\w.-]*$/.test(text) && text.length <= MAX_NAME_LENGTH;
}

/** Whether a blob can have this key: a relative name, never a path. */
export function isKey(text: string): boolean {
  return isStoredName(text) && text.length <= MAX_KEY_LENGTH && !text.endsWith(UNFINISHED_SUFFIX);
}

/** Throws when `text` is not a key. */
export function assertKey(text: string): void {
  if (isKey(text)) return;
  throw new Error(
    `Invalid blob key ${shortened(text)}: use 1 to ${MAX_KEY_LENGTH} letters, digits, ".", "_" and "-", ` +
      `without a leading "." and without the suffix "${UNFINISHED_SUFFIX}".`,
  );
}

/** Throws when `text` is neither a key nor the name of an unfinished write. */
export function assertStoredName(text: string): void {
  if (!isStoredName(text)) throw new Error(`Invalid blob name ${shortened(text)}: use a name that \`list\` returned.`);
}

/** The name of one write of `key` until it has finished; `id` differs between writes. */
export function unfinishedName(key: string, id: string): string {
  return `${key}.${id}${UNFINISHED_SUFFIX}`;
}

function shortened(text: string): string {
  return JSON.stringify(text.length > MAX_KEY_LENGTH ? `${text.slice(0, MAX_KEY_LENGTH)}…` : text);
}
