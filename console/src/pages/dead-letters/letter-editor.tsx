import { RotateCcw, Wand } from 'lucide-react';
import { useMemo, useRef } from 'react';
import type { Contract, DeadLetter } from '../../api/types.ts';
import { JsonEditor, type JsonEditorHandle } from '../../editor/json-editor.tsx';
import { formatJson } from '../../lib/format-json.ts';
import { Button, Card } from '../../ui/basics.tsx';
import { AttemptList } from './attempts.tsx';
import { FixPanel } from './fix-panel.tsx';
import { useEdit } from './use-edit.ts';
import { useSettle } from './use-settle.ts';

interface LetterEditorProps {
  letter: DeadLetter;
  contract: Contract | undefined;
}

/** The event as text on one side, what the correction comes to on the other. */
export function LetterEditor({ letter, contract }: LetterEditorProps) {
  const editor = useRef<JsonEditorHandle>(null);
  const edit = useEdit(letter);
  const settle = useSettle(letter, edit);
  const { review, malformed } = edit;
  // While the server has not answered for the text as it is, nothing is underlined: it would be in the wrong place.
  const violations = useMemo(
    () => review?.violations ?? (edit.isChanged ? [] : letter.violations),
    [review, edit.isChanged, letter.violations],
  );
  return (
    <div className="columns letter">
      <div className="span-7 stack letter-left">
        <Card
          title="Event"
          note={contract === undefined ? 'no contract to help' : 'Ctrl-Space shows what the contract knows'}
          flush
          end={
            <>
              <Button
                size="small"
                icon={Wand}
                aria-label="Format"
                title="Format"
                disabled={malformed !== undefined}
                onClick={() => editor.current?.replaceText(formatJson(edit.text))}
              />
              <Button
                size="small"
                icon={RotateCcw}
                disabled={!edit.isChanged}
                onClick={() => editor.current?.replaceText(formatJson(letter.raw))}
              >
                As received
              </Button>
            </>
          }
        >
          <JsonEditor
            ref={editor}
            label="The event as JSON"
            initial={edit.initial}
            schema={contract?.jsonSchema}
            violations={violations}
            onChange={edit.setText}
            onSubmit={() => void settle.run()}
          />
        </Card>
      </div>
      <div className="span-5 stack letter-right">
        <FixPanel
          letter={letter}
          edit={edit}
          settle={settle}
          jumpTo={(path) => editor.current?.jumpTo(path)}
        />
        <AttemptList attempts={letter.attempts} />
      </div>
    </div>
  );
}
