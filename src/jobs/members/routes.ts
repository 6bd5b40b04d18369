import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Tenant } from '../../kit/contract/caller.ts';
import { ServiceError } from '../../kit/contract/errors.ts';
import { errorResponses, jsonResponse } from '../../kit/contract/wire.ts';
import type { Database } from '../../store/database/database.ts';
import { jobParams } from '../schemas.ts';
import { type JobMembers, jobMembersSchema } from './schemas.ts';
import { findMembers } from './store.ts';
import { membersView } from './view.ts';

/** The networks of the ensembles of a tenant's jobs. Throws `job_not_found` for an unknown id. */
export type FindJobMembers = (jobId: string) => Promise<JobMembers>;

export function createJobMembers({ database }: { readonly database: Database }, { project }: Tenant): FindJobMembers {
  return async (jobId) => {
    const stored = await findMembers(database, project, jobId);
    if (stored === undefined) throw new ServiceError('job_not_found', `There is no job '${jobId}'.`);
    return membersView(stored);
  };
}

interface MemberRoutesDeps {
  readonly members: (tenant: Tenant) => FindJobMembers;
}

/** `GET /v1/jobs/{id}/members`. */
export function jobMemberRoutes({ members }: MemberRoutesDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/v1/jobs/:id/members', {
      config: { scope: 'read' },
      schema: {
        tags: ['Jobs'],
        operationId: 'listJobMembers',
        summary: 'List the networks of an ensemble',
        description:
          'Every network that the job trains: its layers with the shapes of W[l] and b[l], its hyperparameters, the losses of its epochs, its best score on the validation rows, ' +
          'and which of its snapshots are selected with which weight. Empty for a job that trains a single network.',
        params: jobParams,
        response: { 200: jsonResponse('The networks.', jobMembersSchema), ...errorResponses(404) },
      },
      handler: ({ caller, params }) => members(caller)(params.id),
    });
  };
}
