/** What a sender is told when its request was taken. */
export interface Answer {
  status: number;
  type: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}

export function jsonAnswer(status: number, body: string): Answer {
  return { status, type: 'application/json', body };
}
