import { useState } from 'react';
import { queryClient } from '../api/queries.ts';
import { basePath } from '../lib/base-path.ts';
import { tokenStore } from '../api/token.ts';
import { Button } from '../ui/basics.tsx';
import { Dialog } from '../ui/dialog.tsx';

/** Asks for the API token. It stays in this browser and is sent in a header, never in a URL. */
export function TokenDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState(tokenStore.get() ?? '');
  const [error, setError] = useState<string>();
  const wasRefused = tokenStore.isRefused();

  async function save(): Promise<void> {
    const token = text.trim();
    const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${basePath}/api/v1/stats`, { headers }).catch(() => undefined);
    if (response === undefined) return setError('The server can’t be reached.');
    if (response.status === 403) return setError('This key may not read.');
    if (response.status === 401)
      return setError(token === '' ? 'The server asks for a key.' : 'The server does not know this key.');
    tokenStore.accept(token === '' ? undefined : token);
    onClose();
    await queryClient.resetQueries();
  }

  return (
    <Dialog title="API key" onClose={onClose}>
      <form
        className="stack"
        style={{ gap: 14 }}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <p>
          Paste a key that <code>sentinel keys create</code> made (it begins with <code>ds_</code>), or the
          value of SENTINEL_API_TOKEN that the server was started with
          {wasRefused ? '' : '; empty when it has neither'}. It is kept in this browser only.
        </p>
        <label className="field">
          Key
          <input
            className="input"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={text}
            aria-invalid={error !== undefined}
            aria-describedby="token-error"
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        <p id="token-error" role="alert" className="error-text">
          {error}
        </p>
        <div className="dialog-actions">
          {!wasRefused && <Button onClick={onClose}>Cancel</Button>}
          <Button kind="primary" type="submit">
            Use the key
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
