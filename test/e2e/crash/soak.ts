/** `npm run soak -- [--kills N] [--seed N]`: the service is killed that often, then all that it keeps is looked at. */
import { randomInt } from 'node:crypto';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { endure } from './ordeal.ts';
import { endureSweep } from './sweepOrdeal.ts';

/** A sweep would be over before more of them. */
const KILLS_A_SWEEP = 10;

const { values } = parseArgs({ options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } } });
const ordeal = { seed: Number(values.seed ?? randomInt(2 ** 31)), kills: Number(values.kills) };
console.log(`Killing ${ordeal.kills} times, seed ${ordeal.seed}`);
const begun = performance.now();
const { faults, errors, ...counts } = await endure(ordeal);
console.log(JSON.stringify({ ...counts, seconds: Math.round((performance.now() - begun) / 1000) }));
for (const line of errors) console.log(`logged: ${line}`);
for (const fault of faults) console.error(`fault: ${fault}`);
console.log(faults.length === 0 ? 'Nothing is lost, nothing doubled.' : `${faults.length} faults, seed ${ordeal.seed}`);
const sweepKills = Math.ceil(ordeal.kills / KILLS_A_SWEEP);
console.log(`Killing ${sweepKills} times in the middle of a sweep`);
const { undisturbed, killed } = await endureSweep({ seed: ordeal.seed, kills: sweepKills });
const isSame = isDeepStrictEqual(undisturbed, killed);
console.log(
  isSame ? 'It has come to the same.' : `It has come to something else: ${JSON.stringify({ undisturbed, killed })}`,
);
process.exitCode = faults.length === 0 && isSame ? 0 : 1;
