import { type Server, createServer } from 'node:http';
import type { EmbeddedSentinel } from 'data-sentinel';

/** A program's own server, with the service below `/sentinel/`. */
export function shopServer(sentinel: EmbeddedSentinel): Server {
  return createServer((request, response) => {
    if (request.url?.startsWith('/sentinel/') === true) {
      request.url = request.url.slice('/sentinel'.length);
      sentinel.handler(request, response);
      return;
    }
    response.end('the shop');
  });
}
