import type { FastifyReply } from 'fastify';
import { maxStreams } from './event-stream.ts';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  if (problem.retryAfter !== undefined) void reply.header('retry-after', problem.retryAfter);
  if (problem.status === 401) void reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type(problemMediaType).send(problemBody(problem));
}

export function notFound(detail: string): Problem {
  return { status: 404, code: 'not_found', title: 'Not found', detail };
}

export function unprocessable(detail: string, code = 'invalid_request'): Problem {
  return { status: 422, code, title: 'The request cannot be carried out', detail };
}

export const conflict = (detail: string): Problem => ({ ...unprocessable(detail, 'conflict'), status: 409 });

export const tooManyStreams: Problem = {
  status: 503,
  code: 'too_many_streams',
  title: 'Too many streams',
  detail: `${maxStreams} streams are open; close one, or try again later.`,
  retryAfter: 5,
};
