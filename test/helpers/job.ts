import { expect } from 'vitest';
import type { Job } from '../../src/model/job.ts';
import { get, post } from './sentinel.ts';
import { until } from './until.ts';

/** Orders bulk work; the id of its job. */
export async function order(url: string, kind: Job['kind'], body: object): Promise<string> {
  const response = await post(`${url}/api/v1/dead-letters/${kind}`, body);
  expect(response.status).toBe(202);
  return ((await response.json()) as { job_id: string }).job_id;
}

export const jobOf = (url: string, id: string): Promise<Job> => get<Job>(`${url}/api/v1/jobs/${id}`);

/** The job when it has ended. */
export async function ended(url: string, id: string): Promise<Job> {
  await until(async () => (await jobOf(url, id)).finished_at !== undefined, 60_000);
  return jobOf(url, id);
}

export const bulk = async (url: string, kind: Job['kind'], body: object): Promise<Job> =>
  ended(url, await order(url, kind, body));
