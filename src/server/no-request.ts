import { type RequestListener, STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Problem, problemBody, problemMediaType } from '../api/problem.ts';

/** Answers what is not HTTP, or came too slowly, with a problem like every other refusal. */
export function answerNoRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || hasAnswer(socket as Socket)) socket.destroy();
    else socket.end(answerOf(problemOf(error.code)));
  });
}

/** What has been answered once is not answered again. */
const hasAnswer = (socket: Socket & { _httpMessage?: { headersSent: boolean } }): boolean =>
  socket._httpMessage?.headersSent === true;

/** Lets a client that asks first send its body, unless that would be too long; the refusal is the handler's. */
export function answerExpectations(server: Server, handle: RequestListener, maxBodyBytes: number): void {
  server.on('checkContinue', (request, response) => {
    if (Number(request.headers['content-length'] ?? 0) <= maxBodyBytes) response.writeContinue();
    handle(request, response);
  });
  server.on('checkExpectation', (_request, response) => {
    const body = problemBody(unknownExpectation);
    response.writeHead(unknownExpectation.status, {
      'content-type': problemMediaType,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    });
    response.end(body);
  });
}

function problemOf(code: string | undefined): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? tooSlow : noHttp;
}

function answerOf(problem: Problem): string {
  const body = problemBody(problem);
  return [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    `content-type: ${problemMediaType}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
    '',
    body,
  ].join('\r\n');
}

const noHttp: Problem = {
  status: 400,
  code: 'not_http',
  title: 'Not an HTTP request',
  detail:
    'This could not be read as an HTTP/1.1 request. Was it meant for another port, or sent with TLS to a port without it?',
};
const headersTooLarge: Problem = {
  status: 431,
  code: 'headers_too_large',
  title: 'Headers too large',
  detail: 'The headers of a request may take 16 KiB in all.',
};
const tooSlow: Problem = {
  status: 408,
  code: 'request_too_slow',
  title: 'The request came too slowly',
  detail: 'It was not complete in time (http.request_timeout_seconds). Nothing of it was stored.',
};
const unknownExpectation: Problem = {
  status: 417,
  code: 'unknown_expectation',
  title: 'Unknown expectation',
  detail: 'Of the header "Expect" only "100-continue" is known.',
};
