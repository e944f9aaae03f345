import { randomUUID } from 'node:crypto';
import { messageOf } from '../../model/errors.ts';
import type { AlertMessage, AlertTarget } from './alert.ts';
import { send } from './send.ts';

/** Whether a receiver took a message, and why not. */
export interface Tried {
  to: AlertTarget['to'];
  name: string;
  sent: boolean;
  error?: string;
}

/** Sends each receiver a message that is recognizable as a test. */
export function sendTest({
  targets,
  consoleUrl,
}: {
  targets: readonly AlertTarget[];
  consoleUrl: string;
}): Promise<Tried[]> {
  const message: AlertMessage = {
    id: `alert_${randomUUID()}`,
    type: 'alert.test',
    at: new Date().toISOString(),
    kind: 'test',
    title: 'A test of the alerts of Data Sentinel',
    detail: 'Nothing is the matter.',
    link: `${consoleUrl}/`,
  };
  return Promise.all(
    targets.map((target) => {
      const { to, name } = target;
      return send(target, message).then(
        () => ({ to, name, sent: true }),
        (error: unknown) => ({ to, name, sent: false, error: messageOf(error) }),
      );
    }),
  );
}
