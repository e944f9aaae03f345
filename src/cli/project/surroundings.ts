import { readFileSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageFolder, packageVersion } from '../../support/package-folder.ts';

/** An event of the example contract. */
export const sample = `{
  "email": "ada@example.com",
  "plan": "pro",
  "price": "19.90",
  "currency": "EUR"
}
`;

export const testScript = 'node --test && sentinel simulate';

export function packageJson(name: string): string {
  const contents = {
    name,
    private: true,
    type: 'module',
    scripts: {
      dev: 'sentinel dev',
      start: 'sentinel start',
      test: testScript,
    },
    dependencies: { 'data-sentinel': ownSource() },
  };
  return `${JSON.stringify(contents, null, 2)}\n`;
}

/** Where the copy that writes the project came from: the checkout it is run from, the file it was installed from, or a registry. */
export function ownSource(): string {
  const folder = realpathSync(packageFolder('.'));
  const [, project] = /^(.*)[/\\\\]node_modules[/\\\\]data-sentinel$/.exec(folder) ?? [];
  if (project === undefined) return `file:${folder}`;
  const resolved = resolvedIn(project);
  return resolved?.startsWith('file:') === true
    ? `file:${resolve(project, resolved.slice('file:'.length))}`
    : `^${packageVersion()}`;
}

/** As npm has noted it; undefined for what another package manager has installed. */
function resolvedIn(project: string): string | undefined {
  try {
    const { packages } = JSON.parse(
      readFileSync(join(project, 'node_modules', '.package-lock.json'), 'utf8'),
    ) as { packages: Record<string, { resolved?: string }> };
    return packages['node_modules/data-sentinel']?.resolved;
  } catch {
    return undefined;
  }
}

export const tsconfig = `{
  "compilerOptions": {
    "target": "ES2023",
    "module": "NodeNext",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": ["contracts", "steps"]
}
`;

export const gitignore = `node_modules/
data/
.env
`;

export const workflow = `name: contracts
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with: { node-version: 22 }
      - run: npm ci
      - run: npm test
`;

export const dockerfile = `FROM node:22-bookworm-slim
WORKDIR /app
COPY package*.json ./
RUN npm ci --omit=dev
COPY . .
RUN mkdir -p /data && chown node:node /data
ENV NODE_ENV=production SENTINEL_HOST=0.0.0.0 SENTINEL_DATA_DIR=/data JITI_FS_CACHE=false
USER node
VOLUME /data
EXPOSE 3111
# Node as the first process gets SIGTERM itself. SENTINEL_API_TOKEN must be set: others can reach this address.
CMD ["node", "node_modules/data-sentinel/bin/sentinel.js", "start"]
`;

export const dockerignore = `node_modules
data
.env
`;
