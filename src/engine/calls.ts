import type { Json } from '../model/json.ts';

/** Questions between the processes of a cluster; where one process does everything there are none. */
export interface Calls {
  /** Answers questions about the topic; of several who do, one is asked. Returns the way to stop. */
  serve(topic: string, answer: (question: Json) => Promise<Json>): () => void;
  /** Rejects with `no_worker` when nobody answers such questions, or not within the time. */
  ask(topic: string, question: Json, timeoutMs: number): Promise<Json>;
}
