/** What is remembered of something that was published: under which id it stands in its topic. */
export interface PublishedKey {
  /** 16 bytes, evenly distributed, such as of a digest. */
  key: Buffer;
  /** A UUID. */
  id: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

export const keyLength = 16;

/** How the state of an engine that several processes share names a key. */
export const stateKeyOf = (key: Buffer): string => `deliveries/${key.toString('base64url')}`;
