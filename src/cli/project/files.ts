import { readFileSync } from 'node:fs';
import { packageFolder } from '../../support/package-folder.ts';
import { contractTemplate, stepTemplate, testTemplate } from './code.ts';
import { envTemplate } from './env.ts';
import {
  dockerfile,
  dockerignore,
  gitignore,
  packageJson,
  sample,
  tsconfig,
  workflow,
} from './surroundings.ts';

/** The files of a new project: path below its folder → text. */
export function projectFiles(name: string): Record<string, string> {
  return {
    'sentinel-config.yaml': configTemplate(),
    'contracts/signup.ts': contractTemplate,
    'steps/welcome.step.ts': stepTemplate,
    'samples/signup.json': sample,
    // A module whatever the package's `type` is.
    'test/signup.test.mjs': testTemplate,
    'package.json': packageJson(name),
    'tsconfig.json': tsconfig,
    '.env.example': envTemplate,
    '.gitignore': gitignore,
    '.dockerignore': dockerignore,
    Dockerfile: dockerfile,
    '.github/workflows/contracts.yml': workflow,
  };
}

const source = `sources:
  website:                            # sends to /ingest/website; docs/sources.md
    contract: signup
# more:
`;

/** The file that the package ships, with the project's contract and source put to use. */
function configTemplate(): string {
  const shipped = readFileSync(packageFolder('sentinel-config.yaml'), 'utf8');
  return shipped
    .replace(/^# contracts: \S+( *)/m, 'contracts: [./contracts]$1')
    .replace(/^# default_contract: \S+( *)/m, 'default_contract: signup$1')
    .replace(/^# sources:.*\n/m, source);
}
