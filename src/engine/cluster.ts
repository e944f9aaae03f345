import type { Json } from '../model/json.ts';

/** Questions between the processes of a cluster. */
export interface Calls {
  /** Answers questions about the topic; of several who do, one is asked. Returns the way to stop. */
  serve(topic: string, answer: (question: Json) => Promise<Json>): () => void;
  /** Rejects with `no_worker` when nobody answers such questions, or not within the time. */
  ask(topic: string, question: Json, timeoutMs: number): Promise<Json>;
}

/** What an engine has that several processes share. */
export interface Cluster {
  calls: Calls;
  /**
   * Said when the service begins to stop. From then on this process waits for an engine that is away only a moment longer,
   * and what still needs it fails with `engine_closed`.
   */
  leave(): void;
}
