import type { Pointer } from '../../../model/plan.ts';
import { isCommonWord, isName } from '../../healers/heuristics/dictionary.ts';
import { leafOf, plainWords } from '../meaning/words.ts';

const words = (lines: string): string[] => lines.trim().split(/\s+/);

/**
 * Words that are no first or last name, or only a part of one: forms of address, degrees, particles, forms of companies,
 * and what stands where nobody is named. Some are a person's name as well; then a person may say so.
 */
const noNames: ReadonlySet<string> = new Set(
  words(`mr mrs ms miss mx mister madam sir dame lord lady dr doctor prof rev reverend father engr doktor hon capt col lt
    sgt maj major gen herr frau fr fräulein fraeulein herrn familie monsieur mme mlle señor señora señorita sr sra
    srta don doña dona sig dott dottore dottoressa ing dipl senhor senhora meneer mevrouw mevr dhr fru frk pan pani
    bayan bishop pope haji constable private secretary representative governor councillor justice prince queen
    majesty highness excellency dean counsellor eng engg avvocato avv ingegnere architetto dottor professore
    professora professeur maitre maître me docteur doutor doutora engenheiro licenciado lic ingeniero ingeniera
    abogado arquitecto madre hermano hermana sor schwester bruder pfarrer pater professorin doktorin ingenieur
    rechtsanwalt ra mgr inz inż bc judr mudr phdr rndr shri smt sri kumari ustad jr junior senior phd md mba esq msc
    bsc van von vom zu zum zur de del della delle dello der di da das du la le les los el al ibn bint abu ter te af
    av st san santa gmbh mbh ag kgaa ohg ug gbr ev eg se inc incorporated llc llp lp ltd plc corp co sa sas sarl srl
    sl bv nv oy oyj as asa aps pty pte kk kft zrt sro doo uab sia oü sons bros solutions technologies klinik
    klinikum praxis apotheke schule akademie church kirche resort café catering theatre stadt gemeinde agentur union
    verein versicherung logistik delivery autohaus werkstatt industries werk werke mills fabrik brauerei bau
    immobilien properties homes elektro pharma lab laboratories research consulting media verlag books tv games
    telecom federal central europe european american deutschland germany france usa america asia africa enterprise
    retail supplies products depot centre zentrum hall house haus deleted no entered set missing undefined unnamed
    firstname lastname nachname vorname nom prenom prénom nombre apellido existing walkin default tbd tba pending
    redacted seller kein keine keiner ohne unbekannt aucun aucune inconnu desconocido ninguno sconosciuto nessuno
    gast kunde kundin invitado cliente compte konto cuenta frontdesk helpdesk it payable purchasing returns noreply
    mailer sales und et y casa villa lodge alpine royal`),
);

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

const furtherParts = new Set(words('middle mid initial suffix infix patronymic tussenvoegsel'));
/** Of a name, or alone. */
const furtherNames = new Set(words('second third additional maternal other prefix particle'));

/** Whether a field holds what a first and a last name leave out: `middle_name`, `second_name`, `prefix`, `last_name_2`. */
export function isFurtherNamePart(name: string): boolean {
  const parts = plainWords(name);
  return parts.some(
    (word) =>
      furtherParts.has(word) ||
      (furtherNames.has(word) && (parts.includes('name') || parts.length === 1)) ||
      (/^\d+$/.test(word) && parts.includes('name')),
  );
}

/** What ends the names of trades and institutions, and of hardly anybody: `Logistics`, `Solutions`, `Management`. */
const endsOfTrades =
  /(?:istics|tronics|tions|agement|partments?|ities|erei|schaft|software|ware|technik|dienst|service|gesellschaft)$/;

/** A capital and letters, or two such with a hyphen, or an apostrophe after the first letter or two: `Meyer-Ott`, `O'Neil`. */
const written = /^(?:\p{Lu}\p{Ll}?['’])?\p{Lu}[\p{L}\p{M}]+(?:-\p{Lu}[\p{L}\p{M}]+)?$/u;

/** Whether a word may be somebody's first or last name as it stands. */
export function mayBeName(word: string): boolean {
  const parts = word.normalize('NFC').split('-');
  return (
    word.length <= 64 &&
    written.test(word) &&
    !parts.some((part) => noNames.has(part.toLowerCase()) || endsOfTrades.test(part.toLowerCase())) &&
    parts.every((part) => isName(part) || !isCommonWord(part))
  );
}

/** Whether one of the words is known to be a name: of two that nobody knows, `Neue Galerie`, they may be anything. */
export const holdsName = (words: readonly string[]): boolean =>
  words.some((word) => word.split('-').some(isName));
