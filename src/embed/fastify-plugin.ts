import type { FastifyPluginAsync } from 'fastify';
import type { RequestListener } from 'node:http';

/** Hands every request below the plugin's prefix, as it came, to the listener. */
export function fastifyPlugin(listener: RequestListener): FastifyPluginAsync {
  return async (app) => {
    // The bytes of a body are what its sender signed: nobody may read them before.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _body, done) => done(null));
    app.all('/*', (request, reply) => {
      reply.hijack();
      request.raw.url = withoutPrefix(request.raw.url ?? '/', app.prefix);
      listener(request.raw, reply.raw);
    });
  };
}

function withoutPrefix(url: string, prefix: string): string {
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : url;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
