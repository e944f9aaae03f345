import { RefreshCw, Send } from 'lucide-react';
import { useRef, useState } from 'react';
import { request } from '../../api/client.ts';
import type { Contract } from '../../api/types.ts';
import { JsonEditor, type JsonEditorHandle } from '../../editor/json-editor.tsx';
import { Button, Card } from '../../ui/basics.tsx';
import { attempt } from '../../ui/toasts.tsx';
import { Sent } from './sent.tsx';
import type { Template } from './templates.ts';

interface SenderProps {
  contract: Contract;
  template: Template;
}

export function Sender({ contract, template }: SenderProps) {
  const make = () => JSON.stringify(template.make(contract), null, 2);
  const [initial] = useState(make);
  const [text, setText] = useState(initial);
  const [source, setSource] = useState('console');
  const [sent, setSent] = useState<readonly string[]>([]);
  const editor = useRef<JsonEditorHandle>(null);

  async function send(): Promise<void> {
    const answer = await attempt(() =>
      source === ''
        ? request('POST /ingest', { text })
        : request('POST /ingest/{source}', { params: { source }, text }),
    );
    const id = answer?.request_id;
    if (id !== undefined) setSent([id, ...sent].slice(0, 8));
  }

  return (
    <div className="columns">
      <div className="span-7">
        <Card
          title="Event"
          note="Ctrl-Enter sends it"
          flush
          end={
            <Button
              size="small"
              icon={RefreshCw}
              onClick={() => editor.current?.replaceText(make())}
              title="A new event id and time"
            >
              Fresh
            </Button>
          }
        >
          <JsonEditor
            ref={editor}
            label="The event to send, as JSON"
            initial={initial}
            schema={contract.jsonSchema}
            onChange={setText}
            onSubmit={() => void send()}
          />
          <div className="send-bar">
            <label className="row">
              POST /ingest/
              <input
                className="input"
                aria-label="Source"
                value={source}
                pattern="[A-Za-z0-9_.\-]*"
                onChange={({ target }) => setSource(target.value.trim())}
              />
            </label>
            <Button kind="primary" icon={Send} onClick={() => void send()}>
              Send
            </Button>
            <small className="muted">It is sent for real: it becomes a row, and steps run.</small>
          </div>
        </Card>
      </div>
      <div className="span-5 stack" style={{ gap: 12, alignContent: 'start' }}>
        {sent.length === 0 ? (
          <Card title="What becomes of it">
            <p className="muted">
              Send the event, and follow it here: accepted, checked against its contract, repaired or not,
              loaded or kept for you.
            </p>
          </Card>
        ) : (
          sent.map((id) => <Sent key={id} id={id} />)
        )}
      </div>
    </div>
  );
}
