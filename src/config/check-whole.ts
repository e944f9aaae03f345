import { existsSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { engineProblems } from './engine.ts';
import { openSources } from './sources.ts';
import { shortestToken } from '../sources/authorize.ts';
import type { Config } from './types.ts';

/** Checks settings against each other, and against this machine. */
export function checkWhole(config: Config, problems: string[]): void {
  const { host, token } = config.http;
  if (token === undefined && !isLoopback(host)) {
    problems.push(
      `http.host: ${host} can be reached from other machines, and no token protects it; set SENTINEL_API_TOKEN, or use 127.0.0.1`,
    );
  }
  if (token !== undefined && token.length < shortestToken && !isLoopback(host)) {
    problems.push(
      `SENTINEL_API_TOKEN: has ${token.length} characters, and http.host: ${host} can be reached from other machines; allowed: ${shortestToken} or more (openssl rand -hex 24)`,
    );
  }
  if (!isLoopback(host)) problems.push(...openSources(config.sources));
  const folders = { contracts: config.contracts, steps: config.steps };
  for (const [key, paths] of Object.entries(folders)) {
    for (const path of paths) {
      if (!isFolder(path)) problems.push(`${key}: found ${path}; allowed: a folder that exists`);
    }
  }
  problems.push(...engineProblems(config));
  if (config.retry.maxDelayMs < config.retry.initialDelayMs) {
    problems.push('retry.max_delay_ms: must not be less than retry.initial_delay_ms');
  }
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

export const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();
