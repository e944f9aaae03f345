import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { Actor } from '../sources/authorize.ts';
import { masked } from '../contracts/pii.ts';
import { type JsonObject, isObject } from '../model/json.ts';
import type { Audit } from './audit.ts';

declare module 'fastify' {
  interface FastifyInstance {
    audit: Audit;
  }
  interface FastifyRequest {
    actor: Actor;
  }
}

const longestText = 200;
const mostFields = 20;

/** Leaves an entry of an act that was done; of a refusal or a dry run there is none. */
export async function noteAct(
  act: { act: string; key: string },
  answer: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  if (reply.statusCode >= 400 || (isObject(answer) && answer['dry_run'] === true)) return;
  const { id, name } = request.actor;
  await request.server.audit.note({
    actor: { id, name },
    act: act.act,
    request: act.key,
    target: { ...(request.params as Record<string, string>), ...namedIn(answer) },
    // A file comes as a stream, whose own fields say nothing of it.
    detail:
      isObject(request.body) && !(request.body instanceof Readable) ? detailOf(request.body) : undefined,
    counts: isObject(answer) ? countsOf(answer) : undefined,
  });
}

/** The job that the act has ordered, whose end is another entry; what an erasure was about, without its value. */
const targets = ['job_id', 'rule_id', 'signature', 'receipt_id', 'path', 'value_sha256'];
function namedIn(answer: unknown): Record<string, string> {
  if (!isObject(answer)) return {};
  const all = isObject(answer['group']) ? { ...answer['group'], ...answer } : answer;
  return Object.fromEntries(
    targets.flatMap((name) => (typeof all[name] === 'string' ? [[name, all[name]]] : [])),
  );
}

/** Flags, reasons and filters; an event's values have no place in the audit, and neither has what is long. */
function detailOf(body: JsonObject): JsonObject {
  const detail: JsonObject = {};
  for (const [field, value] of Object.entries(body).slice(0, mostFields)) {
    // A sample of an event; a text that was looked for in events.
    if (field === 'body') continue;
    if (field === 'q') detail[field] = masked;
    else if (typeof value === 'string') detail[field] = value.slice(0, longestText);
    else if (typeof value === 'number' || typeof value === 'boolean') detail[field] = value;
    else if (field === 'filter' && isObject(value)) detail[field] = detailOf(value);
  }
  return detail;
}

/** The numbers of an answer, also within it, and how long its lists are. */
function countsOf(answer: object): Record<string, number> {
  return Object.fromEntries(
    Object.entries(answer as Record<string, unknown>).flatMap(([field, value]): [string, number][] => {
      // How far it is when it begins says nothing.
      if (field === 'taken') return [];
      if (typeof value === 'number') return [[field, value]];
      if (Array.isArray(value)) return [[field, value.length]];
      return field === 'group' && isObject(value) ? Object.entries(countsOf(value)) : [];
    }),
  );
}
