import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContractRegistry } from '../../src/contracts/registry.ts';
import { loadContracts } from '../../src/contracts/discover.ts';
import { importModule } from '../../src/contracts/module-loader.ts';
import type { JsonObject } from '../../src/json.ts';

interface Recorded {
  origin: string;
  event: string;
  payload: JsonObject;
}
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe("GitHub's recorded webhooks against GitHub's published schemas", () => {
  let folder: string;
  let contracts: ContractRegistry;
  let payloads: Recorded[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-github-'));
    await promisify(execFile)(process.execPath, [here('make-contracts.mjs'), folder]);
    contracts = await loadContracts([folder]);
    const { readPayloads } = (await importModule(here('events.mjs'))) as { readPayloads: () => Recorded[] };
    payloads = readPayloads();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

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
