import { z } from 'zod';
import { limitedRecord } from '../../kit/contract/limitedRecord.ts';
import { PLAIN_TEXT } from '../../kit/text.ts';

const MAX_LABELS = 32;
const LABEL_NAME = '[A-Za-z0-9][A-Za-z0-9_.-]{0,62}';
/** A label as one text: `team:risk`. */
const LABEL = new RegExp(`^${LABEL_NAME}:`);
/** A label that a list is filtered by. */
export const labelFilter = z
  .string()
  .regex(LABEL, 'A label filter is name:value, such as team:risk.')
  .meta({ examples: ['team:risk'] });

export interface Label {
  readonly name: string;
  readonly value: string;
}

/** The label that a `labelFilter` names. */
export function readLabel(text: string): Label {
  const colon = text.indexOf(':');
  return { name: text.slice(0, colon), value: text.slice(colon + 1) };
}

/** The labels of a job or a model. */
export const labelsSchema = limitedRecord(
  z
    .string()
    .regex(new RegExp(`^${LABEL_NAME}$`), 'A label name is 1 to 63 letters, digits, dots, hyphens or underscores.'),
  z.string().max(200).regex(PLAIN_TEXT, 'A label has no line breaks or other control characters: remove them.'),
  MAX_LABELS,
);
