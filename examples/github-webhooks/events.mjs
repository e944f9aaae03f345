import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const schemasFile = require.resolve('@octokit/webhooks-schemas/schema.json');
const examplesFolder = dirname(require.resolve('@octokit/webhooks-examples/package.json'));

/**
 * The GitHub events of this example: the name of their schema in @octokit/webhooks-schemas, and the fields that make
 * two deliveries the same one. GitHub tells deliveries apart in a header, not in the payload, so an event has a key
 * here only where its payload has one for certain; the others have the id that they are given at ingest.
 */
export const events = {
  push: { schema: 'push$event', key: ['/repository/id', '/ref', '/before', '/after'] },
  issues: { schema: 'issues_event' },
  pull_request: { schema: 'pull_request_event' },
  release: { schema: 'release_event' },
  star: { schema: 'star_event' },
  workflow_run: {
    schema: 'workflow_run_event',
    key: ['/action', '/workflow_run/id', '/workflow_run/run_attempt'],
  },
};

/** Contract and source of an event: `github_push`. */
export const contractName = (event) => `github_${event}`;

export const readSchemas = () => JSON.parse(readFileSync(schemasFile, 'utf8'));

/** All recorded payloads of the events above, of github.com and of five versions of GitHub Enterprise Server. */
export function readPayloads() {
  const origins = readdirSync(examplesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return origins.flatMap(({ name: origin }) =>
    JSON.parse(readFileSync(join(examplesFolder, origin, 'index.json'), 'utf8'))
      .filter(({ name }) => Object.hasOwn(events, name))
      .flatMap(({ name, examples }) => examples.map((payload) => ({ origin, event: name, payload }))),
  );
}
