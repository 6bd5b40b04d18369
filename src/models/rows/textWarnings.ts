import {
  type CountedLines,
  commentLinesMessage,
  shortHeaderMessage,
  shortLinesMessage,
  skippedLinesMessage,
} from '../../formats/text/countedLines.ts';
import type { ShortHeader } from '../../formats/text/dialect.ts';
import {
  type BadBytes,
  badBytesMessage,
  type GuessedCharset,
  guessedCharsetMessage,
} from '../../formats/text/textDecoder.ts';

/** What was unusual in the text of a body, and how it was read. */
export interface TextWarning {
  readonly code: 'bad_bytes' | 'guessed_charset' | 'comment_lines' | 'short_header' | 'short_lines' | 'skipped_lines';
  readonly count: number;
  readonly message: string;
}

/** Receives a warning when the whole text is read. */
export type Warn = (warning: TextWarning) => void;

export function badBytesWarning(found: BadBytes): TextWarning {
  return { code: 'bad_bytes', count: found.count, message: badBytesMessage(found) };
}

export function shortLinesWarning(found: CountedLines): TextWarning {
  return { code: 'short_lines', count: found.count, message: shortLinesMessage(found) };
}

export function skippedLinesWarning(count: number): TextWarning {
  return { code: 'skipped_lines', count, message: skippedLinesMessage(count) };
}

export function commentLinesWarning(found: CountedLines): TextWarning {
  return { code: 'comment_lines', count: found.count, message: commentLinesMessage(found) };
}

export function shortHeaderWarning(header: ShortHeader): TextWarning {
  return { code: 'short_header', count: 1, message: shortHeaderMessage(header) };
}

export function guessedCharsetWarning(found: GuessedCharset): TextWarning {
  return { code: 'guessed_charset', count: 1, message: guessedCharsetMessage(found) };
}
