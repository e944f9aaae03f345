export type BodyFormat = 'json' | 'ndjson';

/** The events of one request as they are stored: one JSON object a line, no line feed at the end. */
export interface Lines {
  /** UTF-8. May be a view of the request's body. */
  bytes: Buffer;
  count: number;
  /** Some number needs `parseExact`. */
  exact: boolean;
  /** ASCII without a backslash. */
  plain: boolean;
  /** An array or NDJSON, so that the answer lists ids. */
  many: boolean;
}

export interface FormatLimits {
  maxEvents: number;
  maxDepth: number;
}
