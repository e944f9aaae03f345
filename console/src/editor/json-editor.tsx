import { closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { type Diagnostic, lintGutter, setDiagnostics } from '@codemirror/lint';
import { EditorState, Prec } from '@codemirror/state';
import { EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import type { JsonObject, Violation } from '../api/types.ts';
import { placeOf } from './json-places.ts';
import { look } from './look.ts';
import { schemaHelp } from './schema-help.ts';
import './editor.css';

export interface JsonEditorHandle {
  /** Puts the cursor where a pointer leads. */
  jumpTo(pointer: string): void;
  replaceText(text: string): void;
}

interface JsonEditorProps {
  label: string;
  initial: string;
  onChange: (text: string) => void;
  /** On ⌘-Enter or Ctrl-Enter. */
  onSubmit?: () => void;
  schema?: JsonObject | undefined;
  violations?: readonly Violation[];
  ref?: Ref<JsonEditorHandle>;
}

const noViolations: readonly Violation[] = [];

/** JSON as text, with the contract's help; violations are underlined where they are. */
export function JsonEditor(props: JsonEditorProps) {
  const { label, initial, schema, violations = noViolations, ref } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const editor = new EditorView({
      parent: host.current!,
      state: EditorState.create({
        doc: view.current?.state.doc ?? initial,
        extensions: [
          lineNumbers(),
          lintGutter(),
          history(),
          bracketMatching(),
          closeBrackets(),
          indentOnInput(),
          highlightActiveLine(),
          json(),
          look(),
          EditorView.lineWrapping,
          schema === undefined ? [] : schemaHelp(schema),
          EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run: () => submit(latest.current) }])),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (docChanged) latest.current.onChange(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
    // The text is the editor's own from then on.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [schema, label]);

  useEffect(() => {
    const editor = view.current;
    if (editor !== undefined)
      editor.dispatch(setDiagnostics(editor.state, diagnosticsOf(editor, violations)));
  }, [violations, schema]);

  useImperativeHandle(ref, () => ({
    jumpTo(pointer) {
      const editor = view.current!;
      const { from } = placeOf(editor.state, pointer);
      editor.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      editor.focus();
    },
    replaceText(text) {
      const editor = view.current!;
      editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
    },
  }));

  return <div ref={host} className="json-editor" />;
}

function submit({ onSubmit }: JsonEditorProps): boolean {
  onSubmit?.();
  return onSubmit !== undefined;
}

function diagnosticsOf(editor: EditorView, violations: readonly Violation[]): Diagnostic[] {
  const syntax = jsonParseLinter()(editor);
  if (syntax.length > 0) return syntax;
  return violations
    .map(({ path, message }) => ({ ...placeOf(editor.state, path), severity: 'error' as const, message }))
    .toSorted((a, b) => a.from - b.from);
}
