/** Files that are often sent as a table by mistake. */
export interface ForeignFile {
  readonly what: string;
  readonly remedy: string;
}

/** By their first bytes. */
const BY_BYTES: readonly (ForeignFile & { readonly magic: readonly number[] })[] = [
  { magic: [0x50, 0x4b], what: 'a zip archive or a spreadsheet', remedy: 'unpack it, or save the sheet as CSV' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel file', remedy: 'save the sheet as CSV' },
  { magic: [0x89, 0x50, 0x4e, 0x47], what: 'a PNG image', remedy: 'send a table' },
  { magic: [0xff, 0xd8, 0xff], what: 'a JPEG image', remedy: 'send a table' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: 'a PDF', remedy: 'export the table as CSV' },
  { magic: [0x1f, 0x8b], what: 'packed with gzip more than twice', remedy: 'unpack it' },
  { magic: [0x42, 0x5a, 0x68], what: 'packed with bzip2', remedy: 'unpack it or pack it with gzip' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], what: 'packed with xz', remedy: 'unpack it or pack it with gzip' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], what: 'packed with zstd', remedy: 'unpack it or pack it with gzip' },
  { magic: [0x37, 0x7a, 0xbc, 0xaf], what: 'a 7z archive', remedy: 'unpack it or pack it with gzip' },
  { magic: [0x41, 0x52, 0x52, 0x4f, 0x57], what: 'an Arrow file', remedy: 'save the table as Parquet' },
  { magic: [0x46, 0x45, 0x41, 0x31], what: 'a Feather file', remedy: 'save the table as Parquet' },
  { magic: [0x4f, 0x62, 0x6a, 0x01], what: 'an Avro file', remedy: 'save the table as Parquet' },
  { magic: [0x89, 0x48, 0x44, 0x46], what: 'an HDF5 file', remedy: 'save the table as Parquet' },
  { magic: [0x93, 0x4e, 0x55, 0x4d], what: 'a NumPy file', remedy: 'save the table as CSV or Parquet' },
  { magic: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65], what: 'an SQLite database', remedy: 'export the table as CSV' },
];

/** Comment lines of SQL before its first statement. */
const SQL_COMMENTS = /^(\s*(--[^\n]*\n|\/\*[\s\S]*?\*\/;?))*\s*/;
const SQL =
  /^(CREATE\s+(TEMP\s+|TEMPORARY\s+)?(TABLE|DATABASE|SCHEMA|VIEW|INDEX)|INSERT\s+INTO\s+\S+|DROP\s+(TABLE|DATABASE)|SET\s+\S+\s*=|PRAGMA\s+\w+\s*[=;]|BEGIN(\s+TRANSACTION)?;|START\s+TRANSACTION|LOCK\s+TABLES|SELECT\s[^;]*\sFROM\s)/i;
const YAML_LINE = /^[ -]*["']?[\w.-]+["']?:( [^,;\t|]*)?$/;
const YAML_LINES = 3;

/** By their first characters. */
const BY_TEXT: readonly (ForeignFile & { readonly matches: (text: string) => boolean })[] = [
  {
    matches: (text) => /^version https:\/\/git-lfs\.github\.com\/spec\//.test(text),
    what: 'a Git LFS pointer',
    remedy: 'run "git lfs pull" and send the file that it names',
  },
  {
    matches: (text) => /^(<!--[\s\S]*?-->\s*)*<(!doctype\s+html|html|head|body|table)[\s>]/i.test(text),
    what: 'HTML, such as an error or login page',
    remedy: 'download the table itself, or export it as CSV',
  },
  {
    // Some exports of prices have a header such as <DATE>,<OPEN>.
    matches: (text) => /^(<\?xml\s|<!doctype\s|<[\w:.-]+(\s+[\w:.-]+\s*=\s*"[^"]*")*\s*>\s*<[\w:.-])/i.test(text),
    what: 'XML',
    remedy: 'export the table as CSV',
  },
  {
    matches: (text) => SQL.test(text.replace(SQL_COMMENTS, '')),
    what: 'SQL',
    remedy: 'run it, and export the table as CSV',
  },
  { matches: isYaml, what: 'YAML', remedy: 'save the table as CSV or JSON' },
];

/** The kind of a file that is no table, by its first bytes; undefined: it may be one. */
export function foreignFileOf(head: Buffer, text: string): ForeignFile | undefined {
  return (
    BY_BYTES.find(({ magic }) => magic.every((byte, index) => head[index] === byte)) ??
    BY_TEXT.find(({ matches }) => matches(text))
  );
}

function isYaml(text: string): boolean {
  if (/^(%YAML|---\s*(\n|$))/.test(text)) return true;
  const lines = text.split(/\r?\n/, 100).filter((line) => !/^\s*(#.*)?$/.test(line));
  return lines.length >= YAML_LINES && lines.slice(0, -1).every((line) => YAML_LINE.test(line));
}
