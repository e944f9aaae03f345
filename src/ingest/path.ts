import type { Problem } from '../api/problem.ts';
import { sourceName } from '../model/event.ts';
import { type Result, fail, ok } from '../model/result.ts';
import { badSource } from './problems.ts';

export function isIngestPath(url: string): boolean {
  return url.startsWith('/ingest') && (url.length === 7 || url[7] === '/' || url[7] === '?');
}

/** The source that the path names; undefined for `/ingest` itself. */
export function sourceOf(url: string): Result<string | undefined, Problem> {
  if (url === '/ingest') return ok(undefined);
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  const name = path.slice('/ingest/'.length, path.endsWith('/') ? -1 : undefined);
  if (name === '') return ok(undefined);
  return sourceName.test(name) ? ok(name) : fail(badSource);
}
