/** What is remembered of something that was published: under which id it stands in its topic. */
export interface PublishedKey {
  /**
   * 16 bytes, evenly distributed, such as of a digest; each a character up to U+00FF, as a buffer for each event would be the
   * collector's work.
   */
  key: string;
  /** A UUID. */
  id: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export const keyLength = 16;

/** How the state of an engine that several processes share names a key. */
export const stateKeyOf = (key: string): string =>
  `deliveries/${Buffer.from(key, 'latin1').toString('base64url')}`;
