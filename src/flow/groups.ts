/** The groups under which the project's own stages read their topics. */
export const groups = {
  pipeline: 'pipeline',
  loader: 'loader',
  healer: 'healer',
  // As queues of versions before have it: a group of another name would begin anew beside it.
  deadLetters: 'dead-letter-keeper',
} as const;
