import type { Pointer } from '../../../model/plan.ts';
import { leafOf } from '../meaning/words.ts';

const words = (lines: string): string[] => lines.trim().split(/\s+/);

/**
 * Words that are no first or last name, or only a part of one: forms of address, degrees, particles, forms of companies,
 * and what stands where nobody is named. Some are a person's name as well; then a person may say so.
 */
const noNames: ReadonlySet<string> = new Set([
  ...words(`mr mrs ms miss mx mister missus madam sir dame lord lady dr doctor prof professor rev reverend father mother
    sister brother nurse rabbi imam coach engr attorney doktor hon judge capt captain col colonel lt lieutenant sgt sergeant maj major gen general
    herr hr frau fr fräulein fraeulein herrn familie family monsieur madame mademoiselle mme mlle señor senor señora senora
    señorita senorita sr sra srta don doña dona signor signore signora signorina sig dott dottore dottoressa ing dipl mag
    senhor senhora meneer mevrouw mevr dhr fru frk pan pani bay bayan`),
  ...words('jr junior senior ii iii iv phd md mba esq msc bsc'),
  ...words(`van von vom zu zum zur de del della delle dello der den des di da do dos das du la las le les lo los el al bin
    ibn bint abu ter ten te af av st saint san santa`),
  ...words(`gmbh mbh ag kg kgaa ohg ug gbr ev eg se inc incorporated llc llp lp ltd limited plc corp corporation co company
    sa sas sarl srl spa sl bv nv oy oyj ab as asa aps pty pte kk kft zrt sro doo uab sia oü group holding holdings foundation
    bank university institute association society partners sons bros solutions services systems technologies`),
  ...words(`deleted unknown anonymous anon guest user users admin administrator customer client account member support team
    service system test none null nobody not no provided department office sales info staff and und et y`),
]);

/** Whether a field is a part of a person's name. */
export function isNamePart(pointer: Pointer): boolean {
  const name = leafOf(pointer)
    .replace(/[^\p{L}]/gu, '')
    .toLowerCase();
  return (
    /(?:(?:first|given|fore|christian|middle|last|family|sur)names?|name(?:first|given|middle|last|family))$/.test(
      name,
    ) || /^(?:first|given|last|family)$/.test(name)
  );
}

/** Whether a word may be somebody's first or last name as it stands: a capital, then letters. */
export const mayBeName = (word: string): boolean =>
  /^\p{Lu}[\p{L}\p{M}]+$/u.test(word) && !noNames.has(word.normalize('NFC').toLowerCase());
