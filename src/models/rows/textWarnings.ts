import { type ShortLines, shortLinesMessage, skippedLinesMessage } from '../../formats/text/shortLines.ts';
import { type BadBytes, badBytesMessage } from '../../formats/text/textDecoder.ts';

/** What was unusual in the text of a body, and how it was read. */
export interface TextWarning {
  readonly code: 'bad_bytes' | 'short_lines' | 'skipped_lines';
  readonly count: number;
  readonly message: string;
}

/** Receives a warning when the whole text is read. */
export type Warn = (warning: TextWarning) => void;

export function badBytesWarning(found: BadBytes): TextWarning {
  return { code: 'bad_bytes', count: found.count, message: badBytesMessage(found) };
}

export function shortLinesWarning(found: ShortLines): TextWarning {
  return { code: 'short_lines', count: found.count, message: shortLinesMessage(found) };
}

export function skippedLinesWarning(count: number): TextWarning {
  return { code: 'skipped_lines', count, message: skippedLinesMessage(count) };
}
