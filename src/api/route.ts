import type * as z from 'zod';

/**
 * What a key may do. `ingest` sends events and reads nothing; `read` sees all and changes nothing; `operate` settles what
 * waits for a person, too; `admin` also makes keys.
 */
export const roles = ['ingest', 'read', 'operate', 'admin'] as const;
export type Role = (typeof roles)[number];

/** One request that the API answers. Server, OpenAPI document, reference and clients are made of it. */
export interface Route {
  summary: string;
  /** The least role of a key that may send it; `anyone` needs no key. */
  role: Role | 'anyone';
  /** Parameters of the query. Without it any are let through, and none is read. */
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Media type of a body that is not JSON: the handler reads it as a stream. */
  takes?: string;
  /** What is answered when nothing is wrong. */
  reply: z.ZodType;
  /** What is answered instead to a body with `dry_run: true`, always with 200. */
  dryRun?: z.ZodType;
  /** What it does, for the audit: every request that changes something has one. */
  act?: string;
  /** HTTP status of the reply; 200 by default. */
  status?: 200 | 202 | 204;
  /** Media type of a reply that is not JSON. */
  media?: string;
}

export type Method = 'GET' | 'POST' | 'DELETE';
/** `GET /api/v1/rules/{id}` */
export type RouteKey = `${Method} /${string}`;
export type Routes = Record<RouteKey, Route>;

/** Checks the form of a part of the table and keeps its exact type. */
export const defineRoutes = <const T extends Routes>(routes: T): T => routes;

export function splitKey(key: string): { method: Method; path: string } {
  const [method, path] = key.split(' ') as [Method, string];
  return { method, path };
}

type ParamNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamNames<Rest>
  : never;
/** The parameters of a path, by name. */
export type Params<Key extends string> = Record<ParamNames<Key>, string>;

export type QueryOf<R> = R extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
export type BodyOf<R> = R extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
export type DoneOf<R> = R extends { reply: infer P extends z.ZodType } ? z.input<P> : never;
export type DryRunOf<R> = R extends { dryRun: infer D extends z.ZodType } ? z.input<D> : never;
export type ReplyOf<R> = DoneOf<R> | DryRunOf<R>;
