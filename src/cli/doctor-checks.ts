import { access, constants, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { formatBytes } from '../config/fields.ts';
import type { Config, FurtherDestination } from '../config/load.ts';
import { stepFolders } from '../config/project.ts';
import { messageOf } from '../model/errors.ts';
import { discoverSteps } from '../steps/discover.ts';
import { serverOf } from './client.ts';
import { reach } from './reach.ts';
import { readContracts } from './contracts-read.ts';
import { checkContracts } from './doctor-contracts.ts';
import { checkLlm } from './doctor-llm.ts';
import type { CheckResult, Finding } from './doctor-finding.ts';
import { nearestExisting } from '../support/disk-space.ts';
import type { Io } from './io.ts';
import { configOf, type ConfigOption } from './options.ts';
import { adapterOf } from '../load/adapters.ts';
import { withHeaders } from '../load/headers-column.ts';

/** All checks, in the order in which the service would stumble. A broken configuration ends them. */
export async function* runChecks(
  io: Io,
  options: ConfigOption & { deep?: boolean },
): AsyncGenerator<CheckResult> {
  yield { check: 'Node.js', ...checkNode(process.versions.node) };
  let config: Config;
  try {
    config = configOf(io, options);
  } catch (error) {
    yield { check: 'configuration', status: 'fail', found: messageOf(error), fix: 'correct what is listed' };
    return;
  }
  yield {
    check: 'configuration',
    status: 'ok',
    found: config.configPath ?? 'defaults, no sentinel-config.yaml here',
  };

  const checks: [name: string, fix: string, run: () => Promise<Finding>][] = [
    ['native modules', 'run npm ci again on this machine, with this version of Node.js', checkNativeModules],
    [
      'data folder',
      'make it writable, or choose another with SENTINEL_DATA_DIR',
      () => checkDataFolder(config.dataDir),
    ],
    [
      'engine',
      'do what is said of a damaged queue; for NATS check engine.servers, the credentials and TLS, and that nats-server runs with --jetstream',
      () => checkEngine(config, options.deep === true),
    ],
    ['port', 'choose another with SENTINEL_API_PORT', () => checkPort(config)],
    ['contracts', 'correct the contract that is named', () => checkContracts(config)],
    [
      'destination',
      'start the database, or correct the variable that holds its URL or credentials',
      () => checkDestinations(config),
    ],
    ['steps', 'correct the step that is named', () => checkSteps(config)],
    ['LLM', 'check OPENAI_BASE_URL, OPENAI_API_KEY and the network', () => checkLlm(config, io)],
  ];
  for (const [check, fix, run] of checks) {
    try {
      yield { check, ...(await run()) };
    } catch (error) {
      yield { check, status: 'fail', found: messageOf(error), fix };
    }
  }
}

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { status: 'ok', found: version };
  return { status: 'fail', found: version, fix: 'install Node.js 20.19 or newer' };
}

async function checkNativeModules(): Promise<Finding> {
  await import('lmdb');
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  instance.closeSync();
  return { status: 'ok', found: 'lmdb and DuckDB load' };
}

const scarceBytes = 2 ** 30;

async function checkDataFolder(dataDir: string): Promise<Finding> {
  const existing = await nearestExisting(dataDir);
  if (existing === dataDir) {
    const probe = join(dataDir, `.doctor-${process.pid}`);
    await writeFile(probe, '');
    await rm(probe);
  } else {
    await access(existing, constants.W_OK);
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const found = `${dataDir}${existing === dataDir ? '' : ' (will be made)'}, ${formatBytes(free)} free`;
  if (free >= scarceBytes) return { status: 'ok', found };
  return { status: 'warn', found, fix: 'make room: ingest stops when the disk is full' };
}

async function checkEngine(config: Config, deep: boolean): Promise<Finding> {
  const { engine, role, queue } = config;
  if (engine.type === 'embedded') {
    const { examineQueue } = await import('../engine/open.ts');
    const entries = await examineQueue(config, deep ? 'whole' : 'start');
    const read = deep ? `all ${entries} entries of it can be read` : 'a sample of it can be read';
    return { status: 'ok', found: `embedded, in the data folder; ${read}` };
  }
  const { checkNats } = await import('../engine/nats/check.ts');
  const { version, server, maxPayload, unsafe } = await checkNats(engine);
  const copies = `${engine.replicas} ${engine.replicas === 1 ? 'copy' : 'copies'} of each event`;
  const found = `NATS ${version} at ${server}, ${copies}, messages up to ${formatBytes(maxPayload)}, queue up to ${formatBytes(queue.maxBytes)}, role ${role}`;
  if (unsafe !== undefined) return { status: 'warn', found, fix: unsafe };
  if (engine.replicas > 1) return { status: 'ok', found };
  return {
    status: 'warn',
    found,
    fix: 'set engine.replicas to 3 on a cluster: with one copy, events are lost with the disk of one server',
  };
}

async function checkPort(config: Config): Promise<Finding> {
  const { host, port } = config.http;
  const server = serverOf(config);
  if (port === 0) return { status: 'ok', found: 'the system chooses one' };
  if (await isFree(host, port)) return { status: 'ok', found: `${port} on ${host} is free` };
  const answer = await reach(server, '/health', { signal: AbortSignal.timeout(3000) }).catch(() => undefined);
  if (answer?.ok === true) return { status: 'ok', found: `the service runs at ${server.url}` };
  return {
    status: 'fail',
    found: `${port} on ${host} is taken by another program`,
    fix: 'choose another with SENTINEL_API_PORT',
  };
}

/** Rejects when the address can't be listened on for another reason than that it is taken. */
function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Connects as the service would, but makes nothing. A DuckDB file is not opened: the service may have it. */
async function checkSteps(config: Config): Promise<Finding> {
  const names = (await discoverSteps(stepFolders(config))).map((step) => step.config.name);
  const found = names.join(', ') || 'none';
  const settings = new Set([...Object.keys(config.stepRetry), ...Object.keys(config.stepRunOn)]);
  const unknown = [...settings].filter((name) => !names.includes(name));
  if (unknown.length === 0) return { status: 'ok', found };
  return {
    status: 'warn',
    found: `${found}; there is none called ${unknown.join(', ')}, which steps: in the config file has settings for`,
    fix: 'correct the name under steps:, or remove it',
  };
}

/** Reaches each destination as the service would; throws at the first that can't be. */
async function checkDestinations(config: Config): Promise<Finding> {
  const found: string[] = [];
  let fix: string | undefined;
  const tables = withHeaders((await readContracts(config)).registry.tables());
  for (const destination of [config.destination, ...config.destinations]) {
    const name = 'name' in destination ? `${destination.name}: ` : '';
    const adapter = await adapterOf(destination);
    const { contracts: taken }: Partial<FurtherDestination> = destination;
    const { version, warning } = await adapter.doctor(destination, {
      dataDir: config.dataDir,
      tables: tables.filter(({ contract }) => taken?.includes(contract) !== false),
    });
    found.push(`${name}${adapter.describe(destination)}${version === undefined ? '' : ` (${version})`}`);
    if (warning === undefined) continue;
    found.push(warning.found);
    fix = warning.fix;
  }
  return {
    status: fix === undefined ? 'ok' : 'warn',
    found: found.join('; '),
    fix,
  };
}
