import type { AST } from '@eslint-community/regexpp';

/** Whether it is tried at the start of the text only. */
export const startsAtStart = ({ elements: [first] }: AST.Alternative): boolean =>
  (first?.type === 'Assertion' && first.kind === 'start') ||
  ((first?.type === 'Group' || first?.type === 'CapturingGroup') && first.alternatives.every(startsAtStart));

export const isOneCharacter = (element: AST.Element | undefined): boolean =>
  element !== undefined &&
  !['Group', 'CapturingGroup', 'Quantifier', 'Assertion', 'Backreference'].includes(element.type);

/** Whether it may match nothing. */
export function isNullable(element: AST.Element): boolean {
  switch (element.type) {
    case 'Group':
    case 'CapturingGroup':
      return element.alternatives.some(({ elements }) => elements.every(isNullable));
    case 'Quantifier':
      return element.min === 0 || isNullable(element.element);
    case 'Assertion':
    case 'Backreference':
      return true;
    default:
      return false;
  }
}

/** The most characters that they take. */
export function lengthOf(elements: readonly AST.Element[]): number {
  return sum(
    elements.map((element) => {
      switch (element.type) {
        case 'Group':
        case 'CapturingGroup':
          return Math.max(...element.alternatives.map((each) => lengthOf(each.elements)));
        case 'Quantifier':
          return element.max === 0 ? 0 : element.max * lengthOf([element.element]) || 0;
        case 'Assertion':
          return 0;
        case 'Backreference':
          return Infinity;
        default:
          return 1;
      }
    }),
  );
}

/** Whether something endless stands before it, at any depth of groups. */
export function comesAfterLoop(node: AST.Element): boolean {
  const parent = node.parent as AST.Quantifier | AST.Alternative;
  if (parent.type === 'Quantifier') return parent.max > 1 || comesAfterLoop(parent);
  if (lengthOf(parent.elements.slice(0, parent.elements.indexOf(node))) === Infinity) return true;
  const around = parent.parent;
  return around.type !== 'Pattern' && comesAfterLoop(around);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** How many characters they are tried on at least, without what is endless. */
export const stepsOf = (alternatives: readonly AST.Alternative[]): number =>
  Math.max(1, ...alternatives.map(({ elements }) => sum(elements.map(boundedLength))));

function boundedLength(element: AST.Element): number {
  if (element.type === 'Quantifier')
    return (
      (element.max === Infinity ? Math.max(1, element.min) : element.max) * boundedLength(element.element)
    );
  if (element.type === 'Group' || element.type === 'CapturingGroup') return stepsOf(element.alternatives);
  return 1;
}
