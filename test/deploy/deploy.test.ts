import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { runCli } from '../../src/cli/program.ts';
import { loadConfig } from '../../src/config/load.ts';
import { packageFolder } from '../../src/support/package-folder.ts';

/** What can be checked without Docker and a cluster: that the files agree with each other and with the service. */
const root = packageFolder('.');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const code = (folder: string): string =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => read(join(folder, path)))
    .join('\n');

let knownVariables: Set<string>;
let source: string;
let cwd: string;
beforeAll(async () => {
  source = code('src');
  knownVariables = new Set(source.match(/\b(?:SENTINEL|OPENAI|GOOGLE)_[A-Z_]+\b|SENTINEL_NATS_\$\{name\}/g));
  cwd = await mkdtemp(join(tmpdir(), 'sentinel-deploy-'));
});
afterAll(() => rm(cwd, { recursive: true }));

/** Throws what the service would say of the config, as it is started with these arguments. */
async function configOf(yaml: string, args: readonly string[], env: Record<string, string>) {
  await writeFile(join(cwd, 'sentinel-config.yaml'), yaml);
  const role = args[args.indexOf('--role') + 1] as 'gateway' | 'worker';
  return loadConfig({ cwd, env: { SENTINEL_HOST: '0.0.0.0', ...env }, overrides: { role } });
}

/** Exit code 2 when the command line has no such command or option. */
async function understands(args: readonly string[]): Promise<string> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io = { stdin: new PassThrough(), stdout, stderr, cwd, env: {}, isTerminal: false };
  const exit = await runCli([...args, '--help'], io as unknown as Parameters<typeof runCli>[1]);
  stdout.end();
  stderr.end();
  expect(await text(stderr)).toBe('');
  expect(exit).toBe(0);
  return text(stdout);
}

async function expectStart(args: readonly string[]): Promise<void> {
  const help = await understands([args[0]!]);
  for (const flag of args.filter((arg) => arg.startsWith('-'))) expect(help).toContain(flag);
  expect(args).toContain('--role');
}

describe('the Dockerfile', () => {
  const lines = read('Dockerfile').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  it('copies what there is, or what the build makes', () => {
    const copied = last.flatMap((line) => /^COPY --from=build \/app\/(\S+)/.exec(line)?.[1] ?? []);
    expect(copied).toEqual(expect.arrayContaining(['dist', 'node_modules', 'bin', 'contracts', 'steps']));
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    // Whatever the package ships, the image has; but for what a container does not read.
    const needed = files.filter((file) => !/^!|CHANGELOG|sentinel-config/.test(file));
    expect(copied).toEqual(expect.arrayContaining(needed));
    const ignored = read('.dockerignore').split('\n').filter(Boolean);
    for (const path of copied.filter((path) => path !== 'node_modules' && path !== 'dist')) {
      expect(existsSync(join(root, path))).toBe(true);
      expect(ignored.some((pattern) => path === pattern || path.startsWith(`${pattern}/`))).toBe(false);
    }
  });

  it('runs as somebody without rights, on a Node that the package takes, and can be asked how it is', () => {
    expect(last.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
    expect(last.join('\n')).toContain('/health');
    const versions = lines.flatMap((line) => /^FROM node:(\d+)/.exec(line)?.[1] ?? []);
    expect(new Set(versions)).toEqual(new Set(['22']));
  });

  it('sets variables that the service reads', () => {
    const env = last.join('\n').match(/\bSENTINEL_[A-Z_]+(?==)/g) ?? [];
    expect(env.length).toBeGreaterThan(3);
    for (const name of env) expect(knownVariables).toContain(name);
  });
});

interface ComposeService {
  image: string;
  command: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  tmpfs?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: object;
}

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true }) as {
    services: Record<string, ComposeService>;
    volumes: Record<string, null>;
  };
  const services = Object.entries(compose.services);
  const own = services.filter(([, { image }]) => image === 'data-sentinel');

  it('is three NATS servers, PostgreSQL, two gateways and two workers', () => {
    const kinds = services.map(([name]) => name.replace(/-\d$/, ''));
    expect(kinds.toSorted()).toEqual(
      ['nats', 'nats', 'nats', 'postgres', 'gateway', 'gateway', 'worker', 'worker'].toSorted(),
    );
  });

  it('its NATS servers sync what they acknowledge: they share one power supply', () => {
    expect(read('deploy/compose/nats.conf')).toContain('sync_interval: always');
    for (const [name, { command, volumes }] of services.filter(([, { image }]) =>
      image?.startsWith('nats:'),
    )) {
      expect(command.slice(0, 2), name).toEqual(['-c', '/nats.conf']);
      expect(volumes, name).toContain('./deploy/compose/nats.conf:/nats.conf:ro');
    }
  });

  it('has no secret of its own: each comes from a variable that must be set, and the NATS servers ask for theirs', () => {
    for (const [name, { environment = {} }] of services)
      for (const [variable, value] of Object.entries(environment))
        if (/PASSWORD|TOKEN/.test(variable))
          expect(value, `${name} ${variable}`).toMatch(/^"?\$\{\w+:\?.+\}"?$/);
    const conf = read('deploy/compose/nats.conf');
    expect(conf.match(/password: \$NATS_PASSWORD/g)).toHaveLength(2);
    expect(conf).toContain('http: "127.0.0.1:');
  });

  it.each(own)('%s is started in a way that the service understands', async (_, service) => {
    await expectStart(service.command);
    for (const name of Object.keys(service.environment!)) expect(knownVariables).toContain(name);
    const env = Object.fromEntries(
      Object.entries(service.environment!).map(([name, value]) => [
        name,
        value.replaceAll(/\$\{[^}]*\}/g, 'filled-in-and-long-enough'),
      ]),
    );
    const config = await configOf(read('deploy/compose/sentinel-config.yaml'), service.command, {
      ...env,
      OPENAI_BASE_URL: '',
    });
    expect(config).toMatchObject({
      engine: { type: 'nats', replicas: 3 },
      destination: { type: 'postgres' },
    });
    const { engine } = config as { engine: { servers: string[] } };
    for (const server of engine.servers)
      expect(Object.keys(compose.services)).toContain(server.split(':')[0]);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
    expect(service.tmpfs!.some((mount) => mount.startsWith('/data'))).toBe(true);
  });

  it('waits for what is there, and mounts what is there', () => {
    for (const [, { depends_on = {}, volumes = [] }] of services) {
      for (const name of Object.keys(depends_on)) expect(compose.services[name]?.healthcheck).toBeDefined();
      for (const volume of volumes) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) expect(read(from)).not.toBe('');
        else expect(Object.keys(compose.volumes)).toContain(from);
      }
    }
  });
});

interface Manifest {
  kind: string;
  metadata: { name: string };
  spec: Record<string, never>;
}

describe('the Kubernetes manifests', () => {
  const kustomization = parse(read('deploy/k8s/kustomization.yaml')) as {
    resources: string[];
    configMapGenerator: { files: string[] }[];
  };
  const manifests = kustomization.resources.flatMap((file) =>
    parseAllDocuments(read(join('deploy/k8s', file))).map((document) => {
      expect(document.errors).toEqual([]);
      return document.toJS() as Manifest;
    }),
  );
  const ofKind = (kind: string) => manifests.filter((manifest) => manifest.kind === kind);
  const deployments = ofKind('Deployment') as unknown as Deployment[];
  const secret = parse(read('deploy/k8s/secret.example.yaml')) as { stringData: Record<string, string> };

  it('are all named, and so is the config', () => {
    const files = readdirSync(join(root, 'deploy/k8s')).filter((file) => file.endsWith('.yaml'));
    const named = [
      ...kustomization.resources,
      ...kustomization.configMapGenerator.flatMap((one) => one.files),
      'kustomization.yaml',
      'secret.example.yaml',
    ];
    expect(files.toSorted()).toEqual(named.toSorted());
  });

  it.each(deployments.map((one) => [one.metadata.name, one] as const))(
    '%s is started in a way that the service understands, with no more rights than it needs',
    async (_, { spec }) => {
      const [container] = spec.template.spec.containers;
      await expectStart(container!.args);
      for (const name of Object.keys(secret.stringData)) expect(knownVariables).toContain(name);
      const yaml = read('deploy/k8s/sentinel-config.yaml');
      const config = await configOf(yaml, container!.args, secret.stringData);
      expect(config).toMatchObject({
        engine: { type: 'nats' },
        http: { port: container!.ports[0]!.containerPort },
      });
      expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true });
      expect(container!.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const mounts = container!.volumeMounts.map(({ mountPath }) => mountPath);
      expect(mounts.toSorted()).toEqual(['/config', '/data', '/tmp']);
      for (const probe of [container!.startupProbe, container!.livenessProbe, container!.readinessProbe]) {
        if (probe === undefined) continue;
        expect(source).toContain(`'GET ${probe.httpGet.path}': {`);
        expect(container!.ports.map(({ name }) => name)).toContain(probe.httpGet.port);
      }
    },
  );

  it('keep at least one of each through a disruption, and send requests to gateways alone', () => {
    const labels = (name: string) =>
      deployments.find((one) => one.metadata.name === name)!.spec.template.metadata.labels;
    for (const { metadata, spec } of ofKind('PodDisruptionBudget')) {
      const { maxUnavailable, selector } = spec as unknown as {
        maxUnavailable: number;
        selector: { matchLabels: object };
      };
      expect(labels(metadata.name)).toMatchObject(selector.matchLabels);
      const { replicas } = deployments.find((one) => one.metadata.name === metadata.name)!.spec;
      expect(replicas).toBeGreaterThan(maxUnavailable);
    }
    expect(ofKind('PodDisruptionBudget')).toHaveLength(deployments.length);
    const [service] = ofKind('Service') as unknown as { spec: { selector: object } }[];
    expect(labels('sentinel-gateway')).toMatchObject(service!.spec.selector);
    expect(labels('sentinel-worker')).not.toMatchObject(service!.spec.selector);
  });

  it('let nobody connect who is not named, and the same password in on both sides', () => {
    const policies = ofKind('NetworkPolicy') as unknown as NetworkPolicy[];
    const coverage = (labels: Record<string, string>) =>
      policies.filter(({ spec }) =>
        Object.entries(spec.podSelector.matchLabels).every(([key, value]) => labels[key] === value),
      );
    for (const { spec } of deployments)
      expect(coverage(spec.template.metadata.labels), 'one policy for each').toHaveLength(1);
    expect(coverage({ 'app.kubernetes.io/name': 'nats' })).toHaveLength(1);
    for (const { metadata, spec } of policies) {
      expect(spec.policyTypes).toEqual(['Ingress']);
      for (const { from, ports } of spec.ingress) {
        expect(from.length, metadata.name).toBeGreaterThan(0);
        expect(ports.length, metadata.name).toBeGreaterThan(0);
        // An empty selector is everybody.
        for (const peer of from)
          expect(JSON.stringify(peer)).toMatch(/"matchLabels":\{"|"matchExpressions":\[\{/);
      }
    }
    const values = parse(read('deploy/nats/values.yaml')) as {
      config: { merge: { authorization: { user: string; password: string } } };
      container: { env: Record<string, { valueFrom: { secretKeyRef: { name: string; key: string } } }> };
    };
    const { user, password } = values.config.merge.authorization;
    expect(user).toBe(secret.stringData['SENTINEL_NATS_USER']);
    const variable = /^<< \$(\w+) >>$/.exec(password)![1]!;
    const { name, key } = values.container.env[variable]!.valueFrom.secretKeyRef;
    expect([name, key]).toEqual(['sentinel', 'SENTINEL_NATS_PASSWORD']);
    expect(Object.keys(secret.stringData)).toContain(key);
  });

  it('scale the workers by a metric that the service has, and with a token that it takes', () => {
    const [scaled] = ofKind('ScaledObject') as unknown as ScaledObject[];
    expect(deployments.map(({ metadata }) => metadata.name)).toContain(scaled!.spec.scaleTargetRef.name);
    const [{ metadata, authenticationRef }] = scaled!.spec.triggers as [
      ScaledObject['spec']['triggers'][number],
    ];
    const [, metric, topic, group] = /^(\w+)\{topic="(\w+)",group="(\w+)"\}$/.exec(
      metadata['valueLocation']!,
    )!;
    expect(source).toContain(`name: '${metric}'`);
    expect(source).toContain(`raw: '${topic}'`);
    expect(source).toContain(`pipeline: '${group}'`);
    const { hostname, port, pathname } = new URL(metadata['url']!);
    expect([hostname.split('.')[0], port, pathname]).toEqual(['sentinel-gateway', '3111', '/metrics']);
    const [authentication] = ofKind('TriggerAuthentication') as unknown as {
      metadata: { name: string };
      spec: { secretTargetRef: { key: string }[] };
    }[];
    expect(authentication!.metadata.name).toBe(authenticationRef.name);
    expect(Object.keys(secret.stringData)).toContain(authentication!.spec.secretTargetRef[0]!.key);
  });
});

interface Probe {
  httpGet: { path: string; port: string };
}

interface Deployment {
  metadata: { name: string };
  spec: {
    replicas: number;
    template: {
      metadata: { labels: Record<string, string> };
      spec: {
        securityContext: object;
        containers: {
          args: string[];
          ports: { name: string; containerPort: number }[];
          securityContext: object;
          volumeMounts: { mountPath: string }[];
          startupProbe?: Probe;
          livenessProbe?: Probe;
          readinessProbe?: Probe;
        }[];
      };
    };
  };
}

interface NetworkPolicy {
  metadata: { name: string };
  spec: {
    podSelector: { matchLabels: Record<string, string> };
    policyTypes: string[];
    ingress: { from: object[]; ports: object[] }[];
  };
}

interface ScaledObject {
  spec: {
    scaleTargetRef: { name: string };
    triggers: { metadata: Record<string, string>; authenticationRef: { name: string } }[];
  };
}
