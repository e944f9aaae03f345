const waitMs = 1000;

/**
 * Ends the thread a second after its work is done, should anything keep it alive: the NATS client forgets the socket to a
 * server that took the connection and then said nothing.
 */
export function stopAnyway(): void {
  setTimeout(() => process.exit(), waitMs).unref();
}
