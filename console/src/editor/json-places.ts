import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';
import { segmentsOf } from '../lib/pointer.ts';

export interface Place {
  from: number;
  to: number;
}

const valueNames = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

/** Where the value of a pointer stands; the name of a field that is there, else the nearest thing around it. */
export function placeOf(state: EditorState, pointer: string): Place {
  let node = rootValue(state);
  let name: SyntaxNode | null = null;
  for (const segment of segmentsOf(pointer)) {
    const found = node === null ? undefined : child(state, node, segment);
    if (found === undefined) break;
    ({ value: node, name } = found);
  }
  const shown = name ?? node;
  if (shown === null) return { from: 0, to: Math.min(1, state.doc.length) };
  // Of a container only its bracket, lest half of the text is underlined.
  return { from: shown.from, to: name === null ? shown.from + 1 : shown.to };
}

/** The pointer's segments of what is at a position, and whether that is the name of a field. */
export function pathAt(state: EditorState, position: number): { segments: string[]; isName: boolean } {
  const segments: string[] = [];
  const start: SyntaxNode = syntaxTree(state).resolveInner(position, -1);
  const isName = start.name === 'PropertyName';
  for (let node: SyntaxNode | null = start; node !== null; node = node.parent) {
    const { parent } = node;
    if (node.name === 'Property') segments.unshift(nameOf(state, node));
    else if (parent?.name === 'Array' && valueNames.has(node.name))
      segments.unshift(String(valuesOf(parent).findIndex(({ from }) => from === node.from)));
  }
  return { segments, isName };
}

function rootValue(state: EditorState): SyntaxNode | null {
  return firstValue(syntaxTree(state).topNode);
}

function child(
  state: EditorState,
  node: SyntaxNode,
  segment: string,
): { value: SyntaxNode | null; name: SyntaxNode | null } | undefined {
  if (node.name === 'Array') {
    const value = valuesOf(node)[Number(segment)];
    return value === undefined ? undefined : { value, name: value };
  }
  if (node.name !== 'Object') return undefined;
  for (const property of node.getChildren('Property'))
    if (nameOf(state, property) === segment)
      return { value: firstValue(property), name: property.getChild('PropertyName') };
  return undefined;
}

function valuesOf(array: SyntaxNode): SyntaxNode[] {
  const values: SyntaxNode[] = [];
  for (let node = array.firstChild; node !== null; node = node.nextSibling)
    if (valueNames.has(node.name)) values.push(node);
  return values;
}

function firstValue(node: SyntaxNode): SyntaxNode | null {
  for (let child = node.firstChild; child !== null; child = child.nextSibling)
    if (valueNames.has(child.name)) return child;
  return null;
}

export function nameOf(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild('PropertyName');
  if (name === null) return '';
  try {
    return JSON.parse(state.sliceDoc(name.from, name.to)) as string;
  } catch {
    return '';
  }
}
