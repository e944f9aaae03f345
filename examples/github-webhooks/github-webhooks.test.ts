import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadContracts } from '../../src/contracts/discover.ts';
import { importModule } from '../../src/support/module-loader.ts';
import type { ContractRegistry } from '../../src/contracts/registry.ts';
import type { DeadLetter, DeadLetterGroup } from '../../src/model/dead-letter.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import type { EventTrail } from '../../src/server/event-info.ts';
import type { Stats } from '../../src/server/stats.ts';
import { get, ingest, query, settled } from '../../test/helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../../test/helpers/service-here.ts';

interface Recorded {
  /** `api.github.com`, or a version of GitHub Enterprise Server. */
  origin: string;
  event: string;
  payload: JsonObject;
}
interface Sent extends Recorded {
  requestId: string;
  outcome: EventTrail;
}
interface Example {
  readPayloads(): Recorded[];
  sendAll(server: string): Promise<Sent[]>;
  countOutcomes(sent: Sent[]): Record<string, Record<string, number>>;
}

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const tables = ['push', 'issues', 'pull_request', 'release', 'star', 'workflow_run'];

let folder: string;
let example: Example;
let payloads: Recorded[];
let sentinel: ServiceHere;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sentinel-github-'));
  await promisify(execFile)(process.execPath, [here('make-contracts.mjs'), folder]);
  example = {
    ...((await importModule(here('events.mjs'))) as Pick<Example, 'readPayloads'>),
    ...((await importModule(here('send.mjs'))) as Omit<Example, 'readPayloads'>),
  };
  payloads = example.readPayloads();
  sentinel = await startWithContracts();
});
afterAll(async () => {
  await sentinel.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("GitHub's recorded webhooks against GitHub's published schemas", () => {
  let contracts: ContractRegistry;
  beforeAll(async () => {
    contracts = await loadContracts([folder]);
  });

  const validate = ({ event, payload }: Recorded) => contracts.latest(`github_${event}`)?.validate(payload);

  it('has a contract for each event, with a column for each field of its payload', () => {
    expect(contracts.all().map((contract) => contract.name)).toEqual([
      'github_issues',
      'github_pull_request',
      'github_push',
      'github_release',
      'github_star',
      'github_workflow_run',
    ]);
    const star = contracts.latest('github_star')?.columns.map(({ name, type }) => `${name} ${type.kind}`);
    expect(star).toContain('action string');
    expect(star).toContain('starred_at datetime');
    expect(star).toContain('repository json');
  });

  it('accepts 80 of 148 payloads, as they came', () => {
    const valid = payloads.filter((recorded) => validate(recorded)?.ok === true);
    expect([payloads.length, valid.length]).toEqual([148, 80]);
    for (const recorded of valid) expect(validate(recorded)).toEqual({ ok: true, value: recorded.payload });
  });

  it('says of each of the others which field is at fault, though there are 20 sorts of pull requests', () => {
    for (const recorded of payloads) {
      const result = validate(recorded);
      if (result === undefined || result.ok) continue;
      for (const { path, code } of result.violations) {
        expect(path).not.toBe('');
        expect(['required', 'type', 'enum']).toContain(code);
      }
    }
  });
});

describe('All of them, sent to the service', () => {
  let sent: Sent[];
  beforeAll(async () => {
    sent = await example.sendAll(sentinel.url);
  }, 60_000);

  it('comes to the ends that the README tells', () => {
    expect(example.countOutcomes(sent)).toEqual({
      push: { accepted: 14, loaded: 2, repaired: 0, duplicate: 4, dead_letter: 8 },
      issues: { accepted: 50, loaded: 28, repaired: 0, duplicate: 0, dead_letter: 22 },
      pull_request: { accepted: 46, loaded: 28, repaired: 0, duplicate: 0, dead_letter: 18 },
      release: { accepted: 20, loaded: 12, repaired: 0, duplicate: 0, dead_letter: 8 },
      star: { accepted: 8, loaded: 2, repaired: 0, duplicate: 0, dead_letter: 6 },
      workflow_run: { accepted: 10, loaded: 2, repaired: 0, duplicate: 2, dead_letter: 6 },
    });
  });

  it('has each accepted event in one place', async () => {
    const places = [
      ...tables.map((event) => `select 'loaded' as place, _request_id as id from github_${event}`),
      `select 'duplicate', request_id from _sentinel_duplicates`,
    ].join(' union all ');
    const found = (await query(sentinel.url, places)).map(
      ({ place, id }) => `${String(id)} ${String(place)}`,
    );
    const letters = await deadLetters('');
    found.push(...letters.map(({ request_id }) => `${request_id} dead_letter`));
    expect(found.sort()).toEqual(
      sent.map(({ requestId, outcome }) => `${requestId} ${outcome.status}`).sort(),
    );

    expect(await get<Stats>(`${sentinel.url}/api/v1/stats`)).toMatchObject({
      accepted: 148,
      loaded: 74,
      repaired: 0,
      duplicate: 6,
      dead_letters: 68,
      pending: 0,
      healing: 0,
    });
  });

  it('has typed columns, and what lies deeper as JSON', async () => {
    const pushes = await query(
      sentinel.url,
      `select ref, deleted, repository->>'full_name' as repository, (repository->>'id')::bigint as repository_id,
              sender->>'login' as sender, json_array_length(commits) as commits, head_commit->>'id' as head
       from github_push order by ref`,
    );
    const codertocat = {
      repository: 'Codertocat/Hello-World',
      repository_id: 186853002,
      sender: 'Codertocat',
    };
    expect(pushes).toEqual([
      {
        ref: 'refs/heads/master',
        deleted: false,
        ...codertocat,
        commits: 1,
        head: '6113728f27ae82c7b1a177c8d03f9e96e0adf246',
      },
      { ref: 'refs/tags/simple-tag', deleted: true, ...codertocat, commits: 0, head: null },
    ]);

    const stars = `select action, epoch(starred_at)::bigint as at, typeof(starred_at) as type from github_star order by action`;
    const type = 'TIMESTAMP WITH TIME ZONE';
    expect(await query(sentinel.url, stars)).toEqual([
      { action: 'created', at: Date.parse('2019-05-15T15:20:40Z') / 1000, type },
      { action: 'deleted', at: null, type },
    ]);

    const numbers = `select distinct number, typeof(number) as type, pull_request->'head'->>'sha' as sha
                     from github_pull_request where action = 'opened'`;
    expect(await query(sentinel.url, numbers)).toEqual([
      { number: 2, type: 'BIGINT', sha: 'ec26c3e57ca3a959ca5aad62de7213c562f8c821' },
    ]);
  });

  it('has every loaded payload whole, to the last field', async () => {
    const payloadOf = new Map(sent.map(({ requestId, payload }) => [requestId, payload]));
    for (const event of tables) {
      for (const row of await query(sentinel.url, `from github_${event}`)) {
        const payload = payloadOf.get(row['_request_id'] as string)!;
        const extra = row['_extra'] === null ? {} : (JSON.parse(row['_extra'] as string) as JsonObject);
        const stored = Object.keys(payload).map((field) => [
          field,
          Object.hasOwn(extra, field) ? extra[field] : cell(row[field], payload[field]!),
        ]);
        expect(Object.fromEntries(stored), `${event} ${String(row['_request_id'])}`).toEqual(payload);
      }
    }
  });

  it('names the missing fields in the dead letters, and groups those with the same fault', async () => {
    const stars = await deadLetters('contract=github_star');
    expect(stars).toHaveLength(6);
    for (const { violations } of stars)
      expect(violations.map(({ path, code }) => `${path} ${code}`)).toEqual(
        ['is_template', 'web_commit_signoff_required', 'topics', 'visibility', 'custom_properties'].map(
          (field) => `/repository/${field} required`,
        ),
      );

    const { items: groups } = await get<{ items: DeadLetterGroup[] }>(
      `${sentinel.url}/api/v1/dead-letters/groups?contract=github_star`,
    );
    expect(groups).toMatchObject([{ count: 6, source: 'github_star' }]);
  });

  async function deadLetters(filter: string): Promise<DeadLetter[]> {
    const { items } = await get<{ items: DeadLetter[] }>(
      `${sentinel.url}/api/v1/dead-letters?limit=1000&${filter}`,
    );
    return items;
  }
});

/** Real payloads, changed as a new version of a sender changes them. */
describe('When GitHub drifts', () => {
  it.each<{ drift: string; event: string; change: (payload: JsonObject) => JsonObject; plan: JsonObject }>([
    {
      drift: 'a field in another case',
      event: 'push',
      change: (push) => renamed(push, 'ref', 'Ref'),
      plan: { op: 'move', from: '/Ref', to: '/ref' },
    },
    {
      drift: 'an object in another case',
      event: 'push',
      change: (push) => renamed(push, 'head_commit', 'headCommit'),
      plan: { op: 'move', from: '/headCommit', to: '/head_commit' },
    },
    {
      drift: 'a field of an object in another case',
      event: 'push',
      change: (push) =>
        within(push, 'repository', (repository) => renamed(repository, 'full_name', 'fullName')),
      plan: { op: 'move', from: '/repository/fullName', to: '/repository/full_name' },
    },
    {
      drift: 'a number as text',
      event: 'push',
      change: (push) => within(push, 'repository', ({ id, ...rest }) => ({ ...rest, id: `${id as number}` })),
      plan: { op: 'cast', path: '/repository/id', to: 'integer' },
    },
    {
      drift: 'an object as JSON text',
      event: 'push',
      change: (push) => ({ ...push, repository: JSON.stringify(push['repository']) }),
      plan: { op: 'parse', path: '/repository' },
    },
    {
      drift: 'a field of an object beside it',
      event: 'star',
      change: ({ sender, ...star }) => {
        const { login, ...rest } = sender as JsonObject;
        return { ...star, sender: rest, sender_login: login! };
      },
      plan: { op: 'move', from: '/sender_login', to: '/sender/login' },
    },
    {
      drift: 'a large object in another case',
      event: 'workflow_run',
      change: (run) => renamed(run, 'workflow_run', 'workflowRun'),
      plan: { op: 'move', from: '/workflowRun', to: '/workflow_run' },
    },
  ])('$drift ($event) is repaired by the heuristics, then by the rule', async ({ event, change, plan }) => {
    const send = async () => {
      const original = another(event);
      const info = await settled(
        sentinel.url,
        await ingest(sentinel.url, change(original), `github_${event}`),
      );
      expect(info).toMatchObject({ status: 'repaired', plan: { operations: [plan] } });
      expect(info.result).toEqual(original);
      return info;
    };
    const first = await send();
    expect(first.healer).toBe('heuristics');
    expect(await send()).toMatchObject({ healer: 'rule', rule_id: first.rule_id });

    const rows = await query(
      sentinel.url,
      `select repository->>'full_name' as name, typeof(repository) as type from github_${event}
       where _rule_id = '${first.rule_id}'`,
    );
    const { full_name: name } = another(event)['repository'] as JsonObject;
    expect(rows).toEqual([
      { name, type: 'JSON' },
      { name, type: 'JSON' },
    ]);
  });

  it('a field that is gone is a dead letter, which names it', async () => {
    const { ref: _, ...push } = another('push');
    const info = await settled(sentinel.url, await ingest(sentinel.url, push, 'github_push'));
    expect(info).toMatchObject({
      status: 'dead_letter',
      violations: [{ path: '/ref', code: 'required', found: 'missing' }],
      original: push,
    });
  });
});

/** The service with the example's own configuration, and its contracts beside it. */
async function startWithContracts(): Promise<ServiceHere> {
  const files: Record<string, string> = {};
  for (const name of await readdir(folder))
    files[`contracts/${name}`] = await readFile(join(folder, name), 'utf8');
  const config = parse(await readFile(here('sentinel-config.yaml'), 'utf8')) as object;
  return startHere({ config, files });
}

/** What a column holds, as the event spelled it. */
function cell(stored: unknown, sent: Json): unknown {
  return typeof sent === 'object' && typeof stored === 'string' ? JSON.parse(stored) : stored;
}

let serial = 0;

/** A recorded payload that its contract accepts, as another delivery than all before it. */
function another(event: string): JsonObject {
  const isOne = ({ payload }: Recorded) =>
    payload['ref'] === 'refs/heads/master' ||
    payload['starred_at'] !== undefined ||
    payload['workflow_run'] !== undefined;
  const candidates = payloads.filter((recorded) => recorded.event === event && isOne(recorded));
  const recorded = candidates.find(
    ({ payload }) => 'custom_properties' in (payload['repository'] as JsonObject),
  )!;
  const payload = structuredClone(recorded.payload);
  serial++;
  if (event === 'push') payload['after'] = serial.toString(16).padStart(40, '0');
  if (event === 'workflow_run') (payload['workflow_run'] as JsonObject)['run_attempt'] = serial;
  return payload;
}

function renamed(object: JsonObject, from: string, to: string): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => [name === from ? to : name, value]),
  );
}

function within(object: JsonObject, field: string, change: (inner: JsonObject) => JsonObject): JsonObject {
  return { ...object, [field]: change(object[field] as JsonObject) };
}
