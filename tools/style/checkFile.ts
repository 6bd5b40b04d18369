import { type Language, type Token, tokenize } from './tokens.ts';
import { bannedPhrases, bannedWords } from './words.ts';

const MAX_COMMENT_COLUMNS = 100;

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const LANGUAGES: Readonly<Record<string, Language>> = { ts: 'typescript', cc: 'cpp', cpp: 'cpp', h: 'cpp' };

/** A comment that a tool reads must be one line, and an address cannot be wrapped. */
const UNWRAPPABLE = /https?:\/\/|biome-ignore|@ts-expect-error/;

/** The problems of a source file or a Markdown document, in the order of their lines. */
export function checkFile(file: string, source: string): readonly Problem[] {
  const language = LANGUAGES[file.split('.').at(-1) ?? ''];
  const lineAt = lineCounter(source);
  const found = language ? checkSource(file, source, language) : checkDocument(source);
  const problems = found.map(({ at, message }) => ({ file, line: lineAt(at), message }));
  const name = bannedWords(file, file).map((word) => ({ file, line: 1, message: `file name has "${word}"` }));
  return [...name, ...problems].toSorted((a, b) => a.line - b.line);
}

interface Located {
  readonly at: number;
  readonly message: string;
}

function checkSource(file: string, source: string, language: Language): readonly Located[] {
  const tokens = tokenize(source, language);
  return [
    ...checkNames(file, tokens),
    ...tokens.flatMap((token) => checkProse(token)),
    ...tokens.filter(({ kind }) => kind === 'comment').flatMap((comment) => checkWidth(source, comment)),
  ];
}

/**
 * Names are checked where they can be declared, each once a file. A name after a dot is only used
 * there, and one that a package exports, or that an options object of a package has, is not ours.
 */
function checkNames(file: string, tokens: readonly Token[]): readonly Located[] {
  const foreign = importedFromPackages(tokens);
  const seen = new Set<string>();
  return tokens.flatMap(({ kind, text, start }, at) => {
    if (kind !== 'name' || tokens[at - 1]?.text === '.' || foreign.has(text) || seen.has(text)) return [];
    seen.add(text);
    return bannedWords(text, file).map((word) => ({ at: start, message: `name \`${text}\` has "${word}"` }));
  });
}

/** The names in the braces of `import { ... } from 'package'`. */
function importedFromPackages(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  let clause: string[] = [];
  for (const [at, { kind, text }] of tokens.entries()) {
    if (kind === 'name' && text === 'import') clause = [];
    if (kind === 'name') clause.push(text);
    const specifier = tokens[at + 1];
    if (text !== 'from' || specifier?.kind !== 'string' || specifier.text.startsWith('.')) continue;
    for (const name of clause) names.add(name);
  }
  return names;
}

function checkProse({ kind, text, start }: Token): readonly Located[] {
  const isProse = kind === 'comment' || (kind === 'string' && /\S\s+\S/.test(text));
  if (!isProse) return [];
  return bannedPhrases(text).map((found) => ({ at: start + found.at, message: `${kind} has "${found.text}"` }));
}

function checkWidth(source: string, { text, start }: Token): readonly Located[] {
  const from = source.lastIndexOf('\n', start) + 1;
  const lines = source.slice(from, start + text.length).split('\n');
  let at = from;
  return lines.flatMap((line) => {
    const lineStart = at;
    at += line.length + 1;
    if ([...line].length <= MAX_COMMENT_COLUMNS || UNWRAPPABLE.test(line)) return [];
    return [{ at: lineStart, message: `comment is wider than ${MAX_COMMENT_COLUMNS} columns` }];
  });
}

/** Blocks of code are not prose. */
function checkDocument(source: string): readonly Located[] {
  const prose = source.replaceAll(/^```[\s\S]*?^```/gm, (code) => code.replaceAll(/[^\n]/g, ' '));
  return bannedPhrases(prose).map(({ at, text }) => ({ at, message: `text has "${text}"` }));
}

function lineCounter(source: string): (at: number) => number {
  return (at) => source.slice(0, at).split('\n').length;
}
