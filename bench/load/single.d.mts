export interface LoadResult {
  requests: number;
  seconds: number;
  errors: number;
  non2xx: number;
  p50_ms: number;
  p99_ms: number;
}

export function postSingles(
  url: string,
  load: { connections: number; seconds: number; rest?: string; other?: string; every?: number },
): Promise<LoadResult>;
