import type { NaturalPair } from '../pair.ts';
import { move } from '../plan-words.ts';

export const otel: NaturalPair[] = [
  {
    id: 'otel.span.http',
    source: 'npm @opentelemetry/semantic-conventions 1.20 → 1.30',
    change: 'rename',
    answer: 'plain',
    contract: { 'http.method': 'string', 'http.status_code': 'integer' },
    was: { 'http.method': 'GET', 'http.status_code': 200 },
    is: { 'http.request.method': 'GET', 'http.response.status_code': 200, 'http.route': '/users/:id' },
    plan: [
      move('/http.request.method', '/http.method'),
      move('/http.response.status_code', '/http.status_code'),
    ],
  },
  {
    id: 'otel.span.peer',
    source: 'npm @opentelemetry/semantic-conventions 1.20 → 1.30',
    change: 'choice',
    answer: 'refuse',
    contract: { 'net.peer.name': 'string', 'net.peer.port': 'integer' },
    was: { 'net.peer.name': 'example.com', 'net.peer.port': 443 },
    is: {
      'server.address': 'example.com',
      'server.port': 443,
      'client.address': '192.0.2.4',
      'client.port': 51034,
    },
    why: 'on which side the peer is depends on the span',
  },
  {
    id: 'otel.span.url',
    source: 'npm @opentelemetry/semantic-conventions 1.20 → 1.30',
    change: 'synonym',
    answer: 'teachable',
    contract: { 'http.url': 'string', 'http.scheme': 'string' },
    was: { 'http.url': 'https://example.com/a?b=c', 'http.scheme': 'https' },
    is: { 'url.full': 'https://example.com/a?b=c', 'url.scheme': 'https', 'url.path': '/a' },
    plan: [move('/url.full', '/http.url'), move('/url.scheme', '/http.scheme')],
    why: 'the whole URL or a part of it',
  },
];
