import * as z from 'zod';
import { jobStates } from '../../model/job.ts';
import { defineRoutes } from '../route.ts';
import { limit, list } from '../schemas/common.ts';
import { job } from '../schemas/job.ts';

export const jobRoutes = defineRoutes({
  'GET /api/v1/jobs': {
    summary: 'Bulk work on dead letters, the newest first; finished jobs are kept for 7 days',
    role: 'read',
    query: z.strictObject({ state: z.enum(jobStates).optional(), limit: limit(600, 100) }),
    reply: list(job),
  },
  'GET /api/v1/jobs/{id}': {
    summary: 'How far a job is',
    role: 'read',
    reply: job,
  },
  'POST /api/v1/jobs/{id}/cancel': {
    summary: 'Stop a job after the letters in hand; what it has done stays done',
    role: 'operate',
    act: 'job_cancel',
    reply: job,
  },
});
