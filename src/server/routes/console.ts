import type { FastifyInstance, FastifyReply } from 'fastify';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { packageFolder } from '../../support/package-folder.ts';
import { sendProblem } from '../replies.ts';

interface Asset {
  body: Buffer;
  gzipped: Buffer;
  type: string;
  etag: string;
}

const mediaTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

const noncePlace = '__CSP_NONCE__';

/**
 * The console, as it was built into `folder`. Only files that were there at the first request are served, by their
 * exact names, from memory; any other path is a view of the page.
 */
export function consoleRoutes(
  app: FastifyInstance,
  base = '',
  folder: string = packageFolder('dist/console'),
): void {
  let loading: Promise<ReadonlyMap<string, Asset>> | undefined;

  async function serve(name: string, acceptsGzip: boolean, reply: FastifyReply): Promise<FastifyReply> {
    // Looked for again at each request: it may be built while the service runs.
    if (loading === undefined && !existsSync(join(folder, 'index.html')))
      return sendProblem(reply, {
        status: 404,
        code: 'console_not_built',
        title: 'The console is not built',
        detail: 'Run "npm run build", then load this page again.',
      });
    loading ??= readAssets(folder);
    const assets = await loading;
    const asset = assets.get(name);
    if (asset !== undefined && name !== 'index.html') return sendAsset(reply, asset, acceptsGzip);
    if (name.startsWith('assets/'))
      return sendProblem(reply, {
        status: 404,
        code: 'not_found',
        title: 'Not found',
        detail: 'The console has no such file; load the page again to get its newest version.',
      });
    return sendPage(reply, assets.get('index.html')!, base);
  }

  // The page itself asks for the key.
  const config = { role: 'anyone' } as const;
  // The address that a start prints.
  app.get('/', { config }, (_request, reply) => reply.redirect(`${base}/console`));
  app.get('/console', { config }, (_request, reply) => serve('index.html', false, reply));
  app.get<{ Params: { '*': string } }>('/console/*', { config }, (request, reply) =>
    serve(request.params['*'], /\bgzip\b/.test(request.headers['accept-encoding'] ?? ''), reply),
  );
}

/** The names of built files hold a hash of their content. */
function sendAsset(reply: FastifyReply, asset: Asset, acceptsGzip: boolean): FastifyReply {
  void reply.headers({
    'content-type': asset.type,
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    etag: asset.etag,
    vary: 'accept-encoding',
  });
  if (reply.request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
  if (!acceptsGzip) return reply.send(asset.body);
  return reply.header('content-encoding', 'gzip').send(asset.gzipped);
}

function sendPage(reply: FastifyReply, { body, type }: Asset, base: string): FastifyReply {
  // The editor makes its style sheets at run time; the nonce is what lets it.
  const nonce = randomBytes(16).toString('base64');
  return reply
    .headers({
      'content-type': type,
      'cache-control': 'no-store',
      'content-security-policy': [
        `default-src 'none'`,
        `script-src 'self'`,
        `style-src 'self' 'nonce-${nonce}'`,
        // The editor sets the width of a tab as an attribute.
        `style-src-attr 'unsafe-inline'`,
        `img-src 'self' data:`,
        `font-src 'self'`,
        `connect-src 'self'`,
        `base-uri 'none'`,
        `form-action 'none'`,
        `frame-ancestors 'none'`,
      ].join('; '),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    .send(underBase(body.toString(), base).replace(noncePlace, nonce));
}

/** The files are named from the page's own place, which is not known before it is served. */
function underBase(html: string, base: string): string {
  return html.replaceAll(/(?<=(?:src|href)=")\.\//g, `${base}/console/`).replace('__BASE_PATH__', base);
}

async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const assets = files
    .filter((file) => file.isFile())
    .map(async (file): Promise<[string, Asset]> => {
      const path = join(file.parentPath, file.name);
      const body = await readFile(path);
      const name = path.slice(folder.length + 1).replaceAll('\\', '/');
      return [
        name,
        {
          body,
          gzipped: await promisify(gzip)(body),
          type: mediaTypes[extname(name)] ?? 'application/octet-stream',
          etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
        },
      ];
    });
  return new Map(await Promise.all(assets));
}
