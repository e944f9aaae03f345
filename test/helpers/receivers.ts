import { once } from 'node:events';
import { type IncomingHttpHeaders, createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer as createTcp } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Received {
  headers: IncomingHttpHeaders;
  body: string;
}

/** Takes what is posted to it; answers with `status`. */
export async function httpReceiver() {
  const received: Received[] = [];
  const control = { status: 200 };
  const server = createHttp((request, response) => {
    void text(request).then((body) => {
      if (control.status < 300) received.push({ headers: request.headers, body });
      response.writeHead(control.status).end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  return { url, received, control, close: () => server.close() };
}

/** As much of SMTP as a client that sends plain mails asks for. */
export async function smtpReceiver() {
  const mails: string[] = [];
  const server = createTcp((socket) => {
    let buffer = '';
    let mail: string | undefined;
    const say = (line: string) => socket.write(`${line}\r\n`);
    say('220 test ESMTP');
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      buffer += chunk.toString();
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (mail !== undefined) {
          if (line !== '.') mail += `${line}\n`;
          else {
            mails.push(mail);
            mail = undefined;
            say('250 taken');
          }
        } else if (line === 'DATA') {
          mail = '';
          say('354 go on');
        } else if (line === 'QUIT') {
          say('221 bye');
          socket.end();
        } else say('250 ok');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    close: () => server.close(),
  };
}
