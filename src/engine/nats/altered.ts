import { DiscardPolicy, type StreamConfig } from '@nats-io/jetstream';

/** By these NATS lets go of what nobody has settled, or refuses it. A limit of bytes or messages is an operator's: publishing says that it is full. */
type Guarded = Pick<StreamConfig, 'discard' | 'max_age' | 'max_msgs_per_subject' | 'max_msg_size'>;

const usual: Guarded = {
  discard: DiscardPolicy.New,
  max_age: 0,
  max_msgs_per_subject: -1,
  max_msg_size: -1,
};

/** What somebody has changed of a stream since it was made, as it was; undefined when nothing. */
export function alteredIn(
  wanted: Partial<StreamConfig>,
  found: StreamConfig,
): Partial<StreamConfig> | undefined {
  const guarded = {
    ...usual,
    max_msgs_per_subject: wanted.max_msgs_per_subject ?? usual.max_msgs_per_subject,
  };
  const altered = Object.entries(guarded).filter(
    ([name, value]) => (found[name as keyof Guarded] ?? value) !== value,
  );
  return altered.length === 0 ? undefined : Object.fromEntries(altered);
}
