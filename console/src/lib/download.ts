import { type Params, send, withParams } from '../api/client.ts';

/** Fetches with the token in the header, and hands the answer to the browser as a file. */
export async function download(path: string, params: Params, fileName: string): Promise<void> {
  const response = await send(withParams(path, params));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
