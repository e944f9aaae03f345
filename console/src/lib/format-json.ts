/**
 * JSON text with line breaks and indentation, and every value spelled as it was: numbers keep the digits that
 * JSON.parse would round. Text that is no JSON comes back as it is.
 */
export function formatJson(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];
  let depth = 0;
  let out = '';
  const newLine = () => `\n${'  '.repeat(depth)}`;
  for (const [index, token] of tokens.entries()) {
    if (token === '{' || token === '[') {
      out += token;
      const next = tokens[index + 1];
      depth++;
      if (next !== '}' && next !== ']') out += newLine();
    } else if (token === '}' || token === ']') {
      depth--;
      const previous = tokens[index - 1];
      out += previous === '{' || previous === '[' ? token : newLine() + token;
    } else if (token === ',') out += token + newLine();
    else if (token === ':') out += ': ';
    else out += token;
  }
  return out;
}
