import type * as z from 'zod';
import type { DoneOf, DryRunOf, Method, Params, ReplyOf, RouteKey } from './route.ts';
import type { Api } from './table.ts';

/** What both clients, the console's and the command line's, know of the API. Types only: neither needs the schemas. */
export type Key = keyof Api & RouteKey;
export type ReplyTo<K extends Key> = ReplyOf<Api[K]>;
/** One of a list that is answered. */
export type ItemOf<K extends Key> = ReplyTo<K> extends { items: readonly (infer T)[] } ? T : never;
export type DoneBy<K extends Key> = DoneOf<Api[K]>;
export type ForecastOf<K extends Key> = DryRunOf<Api[K]>;

type QueryFor<R> = R extends { query: infer Q extends z.ZodObject }
  ? { [Name in keyof z.input<Q>]?: string | number | boolean }
  : never;
type BodyFor<R> = R extends { body: infer B extends z.ZodType } ? z.input<B> : never;

/** What a request holds beside its key. */
export type Ask<K extends Key> = (keyof Params<K> extends never
  ? { params?: undefined }
  : { params: Params<K> }) & {
  query?: QueryFor<Api[K]>;
  body?: BodyFor<Api[K]>;
};

/** Left out where nothing must be said. */
export type AskArgs<K extends Key, More = object> =
  object extends Ask<K> ? [ask?: Ask<K> & More] : [ask: Ask<K> & More];

/** `/api/v1/rules/r_1` of `GET /api/v1/rules/{id}` and `{ id: 'r_1' }`. */
export function addressOf(
  key: string,
  params: Readonly<Record<string, string>> = {},
): { method: Method; path: string } {
  const [method, path] = key.split(' ') as [Method, string];
  return {
    method,
    path: path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!)),
  };
}

/** `?a=1&b=2` of what is set. */
export function queryString(
  values: Readonly<Record<string, string | number | boolean | undefined>> = {},
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
