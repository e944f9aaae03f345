import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  type BodyOf,
  type Params,
  type QueryOf,
  type ReplyOf,
  type Role,
  type Routes,
  splitKey,
} from '../api/route.ts';
import { noteAct } from './note-act.ts';
import { sendProblem } from './replies.ts';
import type * as z from 'zod';
import { type Result, fail, ok } from '../model/result.ts';
import type { Problem } from '../api/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The least role of a key that may send such a request; `anyone` needs no key. */
    role?: Role | 'anyone';
  }
}

/** What a handler gets of a request: checked, by the table. */
interface Input<Key extends string, R> {
  params: Params<Key>;
  query: QueryOf<R>;
  body: BodyOf<R>;
  request: FastifyRequest;
}

/** Only what is answered as JSON has a form that the compiler can check. */
type Answer<R> = R extends { media: string } ? unknown : ReplyOf<R> | FastifyReply;

/** One for each route: the compiler names the ones that are missing, and answers that are not as the table says. */
export type Handlers<T extends Routes> = {
  [Key in keyof T & string]: (
    input: Input<Key, T[Key]>,
    reply: FastifyReply,
  ) => Answer<T[Key]> | Promise<Answer<T[Key]>>;
};

/** Answers the requests of a part of the table. What does not fit it is refused before a handler sees it. */
export function mount<T extends Routes>(
  app: FastifyInstance,
  table: T,
  handlers: Handlers<NoInfer<T>>,
): void {
  for (const [key, route] of Object.entries(table)) {
    const { method, path } = splitKey(key);
    const handler = (
      handlers as Record<string, (input: Input<string, unknown>, reply: FastifyReply) => unknown>
    )[key]!;
    app.route({
      method,
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      config: { role: route.role },
      handler: async (request, reply) => {
        const input: Record<'query' | 'body', unknown> = { query: undefined, body: undefined };
        for (const part of ['query', 'body'] as const) {
          const schema = route[part];
          if (schema === undefined) continue;
          const parsed = parseWith(schema, request[part] ?? undefined);
          if (!parsed.ok) return sendProblem(reply, parsed.error);
          input[part] = parsed.value;
        }
        void reply.code(route.status ?? 200);
        const params = request.params as Record<string, string>;
        const answer = await handler({ ...input, params, request } as Input<string, unknown>, reply);
        if (route.act !== undefined) await noteAct({ act: route.act, key }, answer, request, reply);
        return answer;
      },
    });
  }
}

/** Checks what a client sent; the problem names each wrong field. */
export function parseWith<S extends z.ZodType>(schema: S, input: unknown): Result<z.output<S>, Problem> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return ok(parsed.data);
  const details = parsed.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${inWords(message)}`,
  );
  return fail({
    status: 422,
    code: 'invalid_request',
    title: 'The request cannot be carried out',
    detail: details.join('; '),
  });
}

/** Zod says of a field that was not sent what it "received", and of a limit how it would check it. */
function inWords(message: string): string {
  if (message.endsWith('received undefined')) return 'it is needed, and missing';
  const [, sign, limit, unit = ''] =
    /^Too (?:small|big): expected .+ (>=?|<=?)(\S+)( \w+)?$/.exec(message) ?? [];
  if (sign === undefined) return message;
  return `${limits[sign]} ${limit}${limit === '1' ? unit.replace(/s$/, '') : unit}`;
}

const limits: Record<string, string> = {
  '>=': 'at least',
  '<=': 'at most',
  '>': 'more than',
  '<': 'less than',
};
