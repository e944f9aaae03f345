import { createHmac } from 'node:crypto';
import { SentinelError } from '../../model/errors.ts';
import type { AlertMessage, AlertTarget } from './alert.ts';

const answerWithinMs = 10_000;

/** Resolves when the receiver has taken it. Errors say nothing of the URL, which is a secret. */
export function send(target: AlertTarget, message: AlertMessage): Promise<void> {
  switch (target.to) {
    case 'slack':
      return post(target, JSON.stringify(slackBody(message)));
    case 'webhook':
      return postSigned(target, message);
    case 'email':
      return mail(target, message);
  }
}

const words = { 'alert.opened': '🔴', 'alert.resolved': '🟢 Over:', 'alert.test': '🔵' };

function slackBody({ type, title, detail, link }: AlertMessage) {
  const line = `${words[type]} *${escaped(title)}*\n${escaped(detail)}`;
  return { text: link === undefined ? line : `${line}\n<${link}|Open in Data Sentinel>` };
}

/** Names of sources come from requests, and must not make links or mentions. */
const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('*', '∗');

/** https://www.standardwebhooks.com: the signature is of id, time and body. */
function postSigned(target: AlertTarget, { id, type, at, ...data }: AlertMessage): Promise<void> {
  const body = JSON.stringify({ type, timestamp: at, data });
  const time = String(Math.floor(Date.now() / 1000));
  const { secret } = target;
  if (secret === undefined) return post(target, body, { 'webhook-id': id, 'webhook-timestamp': time });
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
  return post(target, body, {
    'webhook-id': id,
    'webhook-timestamp': time,
    'webhook-signature': `v1,${signature}`,
  });
}

async function post({ url }: AlertTarget, body: string, headers: Record<string, string> = {}): Promise<void> {
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await response.body?.cancel();
    status = response.status;
  } catch (error) {
    const { code = (error as Error).name } = ((error as Error).cause ?? {}) as { code?: string };
    throw new SentinelError('alert_not_sent', `the receiver is not reached (${code})`);
  }
  if (status < 200 || status > 299)
    throw new SentinelError('alert_not_sent', `the receiver answered ${status}`);
}

async function mail(
  { url, from, recipients }: AlertTarget,
  { id, type, title, detail, link }: AlertMessage,
): Promise<void> {
  // Loaded only when there is a receiver by mail.
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    url,
    connectionTimeout: answerWithinMs,
    greetingTimeout: answerWithinMs,
    socketTimeout: answerWithinMs,
  });
  try {
    await transport.sendMail({
      from,
      to: [...(recipients ?? [])],
      subject: `[Data Sentinel] ${type === 'alert.resolved' ? 'Over: ' : ''}${title}`,
      text: [detail, ...(link === undefined ? [] : ['', link]), ''].join('\n'),
      messageId: `<${id}@data-sentinel>`,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  } catch (error) {
    const { code = 'unknown', responseCode = '' } = error as { code?: string; responseCode?: number };
    throw new SentinelError('alert_not_sent', `the mail server did not take it (${code} ${responseCode})`);
  } finally {
    transport.close();
  }
}
