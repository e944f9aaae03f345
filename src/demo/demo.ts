import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { type Sentinel, type SentinelOptions, startSentinel } from '../runtime/sentinel.ts';
import { shippedFolder } from '../support/package-folder.ts';
import { startSender } from './sender.ts';
import { demoSources } from './sources.ts';
import { createStream } from './stream.ts';

/**
 * The configuration of a demo: how it listens and logs is the user's; contracts, sources and data are its own, so that
 * nothing of the user's is touched, and there is no LLM. Its data folder lies in the configured one, unless
 * `dataDir` names another.
 */
export function demoConfig(config: Config, { dataDir }: { dataDir?: string } = {}): Config {
  const { openai: _, ...healing } = config.healing;
  const { rateLimit: __, ...http } = config.http;
  return {
    ...config,
    http,
    dataDir: dataDir ?? join(config.dataDir, 'demo'),
    contracts: [shippedFolder('src/demo/contracts')],
    builtinContracts: true,
    steps: [],
    stepRetry: {},
    defaultContract: 'transaction',
    unknownVersion: 'dead_letter',
    sources: Object.fromEntries(demoSources.map(({ name, contract }) => [name, contract])),
    destination: { type: 'duckdb' },
    healing: { ...healing, approval: 'auto' },
  };
}

/** Runs the service, and sends it a mixed stream as a dozen systems would; `config` comes from `demoConfig`. */
export async function startDemo(
  config: Config,
  { seed = Date.now(), ...options }: SentinelOptions & { seed?: number },
): Promise<Sentinel> {
  const { log } = options;
  const sentinel = await startSentinel(config, options);
  const sender = startSender({
    url: sentinel.url,
    token: config.http.token,
    stream: createStream(seed),
    log,
  });
  log.info(
    { status: 'demo', seed, data_dir: config.dataDir, sources: demoSources.length },
    `demo: made-up events of ${demoSources.length} sources flow until you stop it; its data is in ${config.dataDir}, yours is not touched`,
  );
  return {
    ...sentinel,
    async close() {
      await sender.stop();
      await sentinel.close();
    },
  };
}
