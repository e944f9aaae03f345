import { type Params, send, withParams } from '../api/client.ts';

/** Fetches with the token in the header, and hands the answer to the browser as a file. */
export async function download(path: string, params: Params, fileName: string): Promise<void> {
  const response = await send(withParams(path, params));
  save(await response.blob(), fileName);
}

/** Hands a text to the browser as a file. */
export const saveText = (text: string, fileName: string): void => save(new Blob([text]), fileName);

function save(content: Blob, fileName: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
