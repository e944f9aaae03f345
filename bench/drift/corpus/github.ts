import { createRequire } from 'node:module';
import { contractSchema } from '../../../examples/github-webhooks/contract-schema.mjs';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import type { Subject } from './subject.ts';
import type { Random } from '../random.ts';
import { varied } from './vary.ts';

interface Recorded {
  name: string;
  examples: JsonObject[];
}

/** Of the 60 events those that differ most: compiling the schemas of all would take longer than the bench. */
const events: readonly string[] = [
  'deployment_status',
  'fork',
  'installation',
  'issue_comment',
  'issues',
  'marketplace_purchase',
  'member',
  'milestone',
  'organization',
  'package',
  'pull_request',
  'push',
  'release',
  'security_advisory',
  'star',
  'status',
  'team',
  'workflow_job',
  'workflow_run',
];

/** GitHub's recorded webhooks with GitHub's published schemas: one subject for each event that has valid recordings. */
export function githubSubjects(): Subject[] {
  const require = createRequire(import.meta.url);
  const recorded = require('@octokit/webhooks-examples/api.github.com/index.json') as Recorded[];
  const { definitions } = require('@octokit/webhooks-schemas/schema.json') as {
    definitions: Record<string, JsonObject>;
  };
  const chosen = recorded.filter(({ name }) => events.includes(name));
  return chosen.flatMap(({ name: event, examples }) => {
    const schema = [`${event}_event`, `${event}$event`].find((name) => Object.hasOwn(definitions, name));
    if (schema === undefined) return [];
    const contract = contractFromJsonSchema(
      contractSchema({ name: `github_${event}`, event, schema, definitions }),
    );
    const valid = examples.filter((payload) => contract.validate(payload).ok);
    return valid.length === 0 ? [] : [subjectOf(contract, valid)];
  });
}

function subjectOf(contract: Contract, recordings: readonly JsonObject[]): Subject {
  const another = (event: JsonObject, random: Random): JsonObject => {
    const changed = varied(event, random);
    return contract.validate(changed).ok ? changed : event;
  };
  return {
    contract,
    weight: Math.min(1.5, Math.sqrt(recordings.length) / 2),
    event: (random) => another(random.pick(recordings), random),
    sibling: another,
  };
}
