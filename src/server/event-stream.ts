import type { FastifyReply, FastifyRequest } from 'fastify';

/** Server-sent events to one reader. */
export interface EventStream {
  /** False when the reader does not keep up and the event was left out. */
  send(event: string, data: unknown): boolean;
  onClose(listener: () => void): void;
}

/** All open streams of a server. */
export interface EventStreams {
  /** Answers a request with a stream; undefined, and nothing is answered, when there are too many. */
  open(request: FastifyRequest, reply: FastifyReply): EventStream | undefined;
  /** Ends all, for the server to stop. */
  endAll(): void;
}

/** Bytes that a reader may leave unread: one that does not keep up misses events rather than fill our memory. */
const maxUnread = 1024 * 1024;
export const maxStreams = 100;

export function createEventStreams(): EventStreams {
  const streams = new Set<FastifyReply['raw']>();
  return {
    open(request, reply) {
      if (streams.size >= maxStreams) return undefined;
      reply.hijack();
      const { raw } = reply;
      streams.add(raw);
      request.raw.on('close', () => streams.delete(raw));
      raw.writeHead(200, {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      return {
        send(event, data) {
          if (raw.writableLength >= maxUnread) return false;
          raw.write(`event: ${event}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
          return true;
        },
        onClose: (listener) => void request.raw.on('close', listener),
      };
    },
    endAll() {
      for (const stream of streams) stream.end();
    },
  };
}
