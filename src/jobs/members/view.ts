import { fromNullableJson } from '../../store/database/json.ts';
import type { JobMemberRow } from '../../store/database/tables.ts';
import { ensembleNetworks } from '../../training/schemas/ensemble.ts';
import { isEnsemble, readJobHyperparameters } from '../submission/requestSchema.ts';
import { lossView } from '../view.ts';
import type { JobMember, JobMembers } from './schemas.ts';
import type { StoredMembers } from './store.ts';

/** The networks of a job as clients see them. The JSON columns were written from these types. */
export function membersView({ job, members, losses }: StoredMembers): JobMembers {
  const hyperparameters = readJobHyperparameters(job.request);
  if (!isEnsemble(hyperparameters)) return { items: [] };
  const rows = new Map(members.map((row) => [row.member, row]));
  const lossesOf = Map.groupBy(losses, ({ member }) => member);
  const items = ensembleNetworks(hyperparameters).map(({ member, fold }, index): JobMember => {
    const number = index + 1;
    const row = rows.get(number);
    return {
      member,
      fold,
      state: stateOf(job, row),
      layers: fromNullableJson(row?.layers ?? null) ?? [],
      hyperparameters: hyperparameters.ensemble.members[member - 1],
      best: fromNullableJson(row?.best ?? null),
      selected: fromNullableJson(row?.selected ?? null) ?? [],
      losses: (lossesOf.get(number) ?? []).map(({ member: _, ...loss }) => lossView(loss)),
    };
  });
  return { items };
}

/** A network trains only while its job runs. */
function stateOf({ state }: StoredMembers['job'], row: JobMemberRow | undefined): JobMember['state'] {
  if (row === undefined) return 'waiting';
  return row.state === 'training' && state !== 'running' ? 'waiting' : row.state;
}
