import type { DeadLetter } from '../../api/types.ts';
import { Ago, Card } from '../../ui/basics.tsx';
import { Status } from '../../ui/status.tsx';

/** What the healers tried, and why it was not enough. */
export function AttemptList({ attempts }: Pick<DeadLetter, 'attempts'>) {
  if (attempts.length === 0) return null;
  return (
    <Card title="What was tried">
      <ol className="attempts">
        {attempts.map(({ healer, at, reason }) => (
          <li key={`${at}${healer}${reason}`}>
            <Status of={healer ?? 'rule'} />
            <span>{reason}</span>
            <Ago at={at} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
