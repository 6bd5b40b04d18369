import { z } from 'zod';

interface Definition extends z.core.$ZodRecordDef {
  readonly maxEntries: number;
}

interface LimitedRecord extends z.ZodRecord {
  readonly _zod: z.core.$ZodRecordInternals & { readonly def: Definition };
}

/** Zod's own record checks every key and value before any limit on their number. */
const LimitedRecord: z.core.$constructor<LimitedRecord, Definition> = z.core.$constructor(
  'LimitedRecord',
  (instance, definition) => {
    z.ZodRecord.init(instance, definition);
    const { parse, processJSONSchema } = instance._zod;
    const { maxEntries } = definition;
    instance._zod.parse = (payload, context) => {
      const { value: input } = payload;
      if (context.direction === 'backward' || countKeys(input) <= maxEntries) return parse(payload, context);
      // The entries are not checked, so no later check may run on them.
      const issue = {
        code: 'too_big',
        origin: 'record',
        maximum: maxEntries,
        inclusive: true,
        continue: false,
      } as const;
      payload.issues.push({ ...issue, input, inst: instance });
      return payload;
    };
    instance._zod.processJSONSchema = (context, json, parameters) => {
      processJSONSchema?.(context, json, parameters);
      json.maxProperties = maxEntries;
    };
  },
);

/**
 * A record with a maximum number of entries. A larger one is rejected before any entry is checked.
 */
export function limitedRecord<Key extends z.core.$ZodRecordKey, Value extends z.ZodType>(
  keyType: Key,
  valueType: Value,
  maxEntries: number,
): z.ZodRecord<Key, Value> {
  const schema: z.ZodType = new LimitedRecord({ type: 'record', keyType, valueType, maxEntries });
  // The constructor's type does not carry those of the keys and values.
  return schema as z.ZodRecord<Key, Value>;
}

export function countKeys(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}
