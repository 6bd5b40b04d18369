/**
 * `npm run soak -- [--kills N] [--seed N] [--busy N]`
 *  Kills the service, its worker or both N times (100) while clients use it, then inspects
 *  everything that it stored, and does the same to a sweep. With `--busy N`: kills the service with
 *  all its processes 0.2 to 1.7 s after each start instead, with N processes that only compute,
 *  while jobs are accepted. No job may fail, be lost or be repeated.
 */
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import type { Faults } from './inspection.ts';
import { surviveKills } from './killLoop.ts';
import { endure } from './ordeal.ts';
import { endureSweep } from './sweepOrdeal.ts';

/** A sweep would end before more kills. */
const KILLS_A_SWEEP = 10;

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' }, busy: { type: 'string' } },
});
const ordeal = { seed: Number(values.seed ?? randomInt(2 ** 31)), kills: Number(values.kills) };
process.exitCode = (await (values.busy === undefined ? soak() : soakBusy(Number(values.busy)))) ? 0 : 1;

/** Whether nothing was lost or repeated. */
async function soak(): Promise<boolean> {
  console.log(`Killing ${ordeal.kills} times, seed ${ordeal.seed}`);
  const begun = performance.now();
  const { faults, errors, ...counts } = await endure(ordeal);
  for (const line of errors) console.log(`logged: ${line}`);
  report(counts, faults, begun);
  const sweepKills = Math.ceil(ordeal.kills / KILLS_A_SWEEP);
  console.log(`Killing ${sweepKills} times in the middle of a sweep`);
  const { undisturbed, killed } = await endureSweep({ seed: ordeal.seed, kills: sweepKills });
  const isSame = isDeepStrictEqual(undisturbed, killed);
  console.log(isSame ? 'It has the same result.' : `It has another result: ${JSON.stringify({ undisturbed, killed })}`);
  return faults.length === 0 && isSame;
}

async function soakBusy(busy: number): Promise<boolean> {
  console.log(`Killing all ${ordeal.kills} times with ${busy} processes that compute, seed ${ordeal.seed}`);
  const begun = performance.now();
  const { faults, ...counts } = await surviveKills({ ...ordeal, busy });
  report(counts, faults, begun);
  return faults.length === 0;
}

function report(counts: object, faults: Faults, begun: number): void {
  console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - begun) / 1000) }));
  for (const fault of faults) console.error(`fault: ${fault}`);
  console.log(faults.length === 0 ? 'Nothing was lost or repeated.' : `${faults.length} faults, seed ${ordeal.seed}`);
}
