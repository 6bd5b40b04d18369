import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Checked, checkFile, type File } from './check.ts';
import { generatedFile, toFile } from './generatedFile.ts';
import { type RoundTrips, startRoundTrips } from './service.ts';

/** Generated tables; `TRAINYARD_PROPERTY_RUNS` sets another number. */
const RUNS = 60;
const numRuns = Number(process.env.TRAINYARD_PROPERTY_RUNS ?? RUNS);
/** The same tables in every run; `TRAINYARD_PROPERTY_SEED` sets others. */
const SEED = 4;
const seed = Number(process.env.TRAINYARD_PROPERTY_SEED ?? SEED);
/** The share of tables that must be compared, not refused. */
const MIN_COMPARED = 0.7;
/** Characters of a file that a failure shows. */
const SHOWN_LETTERS = 2000;

let service: RoundTrips;
beforeAll(async () => {
  service = await startRoundTrips();
});
afterAll(() => service.close());

it(`reads ${numRuns} generated tables alike in training and prediction (seed ${seed})`, async () => {
  const outcomes: Checked[] = [];
  const property = async (generated: Parameters<typeof toFile>[0]) => {
    const file = await toFile(generated);
    try {
      outcomes.push(await checkFile(service, file));
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : error}\n${describeFile(file)}`);
    }
  };
  // Shrinking a table would take minutes.
  await fc.assert(fc.asyncProperty(generatedFile, property), { numRuns, seed, endOnFailure: true });
  const compared = outcomes.filter((outcome) => outcome === 'compared').length;
  expect(compared).toBeGreaterThan(MIN_COMPARED * numRuns);
}, 7_200_000);

function describeFile({ upload, target, casts, zone }: File): string {
  const { bytes, type, query } = upload;
  const text = JSON.stringify(bytes.toString('latin1')).slice(0, SHOWN_LETTERS);
  return `${JSON.stringify({ type, query, target, casts, zone })}\n${text}`;
}
