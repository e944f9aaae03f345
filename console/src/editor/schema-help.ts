import { type Completion, type CompletionSource, autocompletion } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { hoverTooltip } from '@codemirror/view';
import type { JsonObject } from '../api/types.ts';
import { pathInWords } from '../lib/pointer.ts';
import { nameOf, pathAt } from './json-places.ts';
import { fieldsOf, schemaAt, valuesOf, wantedIn } from './schema.ts';

/** Names and values that the contract knows, while one types and where one points. */
export function schemaHelp(schema: JsonObject): Extension {
  return [autocompletion({ override: [completions(schema)], icons: false }), hover(schema)];
}

function completions(schema: JsonObject): CompletionSource {
  return (context) => {
    const { state, pos, explicit } = context;
    const node = syntaxTree(state).resolveInner(pos, -1);
    const { segments, isName } = pathAt(state, pos);
    const word = context.matchBefore(/"[^"]*|[\w.-]*$/);
    const from = word?.from ?? pos;
    if (!explicit && (word === null || word.text === '')) return null;
    const inObject = isName || node.name === 'Object' || node.name === '{';
    if (inObject) {
      const parent = isName ? segments.slice(0, -1) : segments;
      return { from, to: closingQuote(state.sliceDoc(pos, pos + 1), pos), options: names(parent) };
    }
    const values = valuesOf(schemaAt(schema, segments));
    if (values.length === 0) return null;
    const options = values.map((value) => ({ label: JSON.stringify(value) }));
    return { from, to: closingQuote(state.sliceDoc(pos, pos + 1), pos), options };

    function names(parent: readonly string[]): Completion[] {
      const object = isName ? node.parent?.parent : node;
      const present = new Set((object?.getChildren('Property') ?? []).map((one) => nameOf(state, one)));
      const isNamed =
        isName &&
        state
          .sliceDoc(node.to, node.to + 2)
          .trimStart()
          .startsWith(':');
      return fieldsOf(schema, parent)
        .filter(({ name }) => !present.has(name))
        .map(({ name, wanted, required, description }) => ({
          label: `"${name}"`,
          detail: required ? `${wanted} · required` : wanted,
          boost: required ? 1 : 0,
          apply: isNamed ? `"${name}"` : `"${name}": `,
          info: description,
        }));
    }
  };
}

const closingQuote = (next: string, position: number): number => (next === '"' ? position + 1 : position);

function hover(schema: JsonObject): Extension {
  return hoverTooltip((view, position) => {
    const { segments } = pathAt(view.state, position);
    if (segments.length === 0) return null;
    const field = schemaAt(schema, segments);
    const node = syntaxTree(view.state).resolveInner(position, 1);
    return {
      pos: node.from,
      end: node.to,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'schema-tip';
        const name = document.createElement('b');
        name.textContent = pathInWords(`/${segments.join('/')}`);
        const wanted = document.createElement('span');
        wanted.textContent = field === undefined ? 'not declared in the contract' : wantedIn(field, schema);
        dom.append(name, wanted);
        return { dom };
      },
    };
  });
}
