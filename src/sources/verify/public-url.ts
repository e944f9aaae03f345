import type { VerifySettings } from './scheme.ts';

/**
 * The URL as its sender knows it, which some sign: behind a proxy it can't be told from the request, whose headers anyone
 * can write. The query is the request's.
 */
export function publicUrl({ url = '' }: Pick<VerifySettings, 'url'>, requested: string): string {
  const query = requested.indexOf('?');
  return query === -1 ? url : url.replace(/\?.*$/s, '') + requested.slice(query);
}
