/** Parses a number of one format; undefined for every other text. */
type ReadNumber = (text: string) => number | undefined;

const PLAIN = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
const DECIMAL_COMMA = /^[-+]?\d*,\d+([eE][-+]?\d+)?$/;
const THOUSANDS_POINT = /^[-+]?\d{1,3}(\.\d{3})+(,\d+)?$/;
const THOUSANDS_COMMA = /^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/;

const plain: ReadNumber = (text) => (PLAIN.test(text) ? finite(text) : undefined);
const decimalComma: ReadNumber = (text) => (DECIMAL_COMMA.test(text) ? finite(text.replace(',', '.')) : undefined);
const thousandsPoint: ReadNumber = (text) =>
  THOUSANDS_POINT.test(text) ? finite(text.replaceAll('.', '').replace(',', '.')) : undefined;
const thousandsComma: ReadNumber = (text) =>
  THOUSANDS_COMMA.test(text) ? finite(text.replaceAll(',', '')) : undefined;

/** By the names of the formats of datasets. */
const FORMS: ReadonlyMap<string, ReadNumber> = new Map([
  ['decimalComma', decimalComma],
  ['thousandsPoint', thousandsPoint],
  ['thousandsComma', thousandsComma],
]);

/**
 * Reads numbers of delimited text in the format of the dataset's column, then in the default order
 * of formats: in a text with semicolons a comma is first a decimal comma, otherwise first a
 * separator of thousands.
 */
export function numberReader(delimiter: string, form = ''): ReadNumber {
  const defaults =
    delimiter === ';'
      ? [plain, decimalComma, thousandsPoint, thousandsComma]
      : [plain, thousandsComma, decimalComma, thousandsPoint];
  const known = FORMS.get(form);
  const forms = known === undefined ? defaults : [known, ...defaults];
  return (text) => {
    for (const form of forms) {
      const value = form(text);
      if (value !== undefined) return value;
    }
    return undefined;
  };
}

function finite(text: string): number | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}
