/** A place in a partition's log, and the counters there. */
export interface Mark {
  /** Offset of the next message. */
  offset: number;
  /** Events before that message, since the partition began. */
  events: number;
  /** Events before its block. */
  blockEvents: number;
  /** Bytes before its block. */
  bytes: number;
}

/** What a writer has published; written by that writer only, with every commit. Key: partition, topic, writer. */
export interface PartitionRecord {
  /** Number of the next block. */
  blocks: number;
  events: number;
  bytes: number;
}

/** Where a group stands; written by the group's consumer only. Key: group, topic, group. */
export interface GroupRecord {
  /** By writer. A missing one means the group has settled nothing of that partition yet. */
  marks: [string, Mark][];
  /** Deferred for a retry. */
  waiting: { events: number; bytes: number };
}

/** Up to where blocks were deleted, by writer. Changed by any thread, with compare-and-set. Key: topic, topic. */
export interface TopicRecord {
  trimmed: [string, Mark][];
}
