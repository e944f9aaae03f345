/** The server sent more than any plan needs; asking again would bring it again. */
export class AnswerTooLong extends Error {
  override readonly name = 'AnswerTooLong';
}

/** `fetch`, but reading more than `maxBytes` of a body (as it is after decompression) fails with `AnswerTooLong`. */
export function boundedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.body === null) return response;
    let left = maxBytes;
    const limited = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          left -= chunk.byteLength;
          if (left < 0) throw new AnswerTooLong(`the answer has more than ${maxBytes} bytes`);
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(limited, response);
  };
}
