import type { Pointer } from '../../../model/plan.ts';
import { leafOf, plainWords } from '../meaning/words.ts';

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
  ...words(`pastor vicar bishop cardinal deacon elder priest pope sheikh haji swami guru ayatollah mufti archbishop chaplain
    officer detective inspector constable sheriff marshal trooper agent admiral commander corporal private cadet commodore
    ensign brigadier president chairman chairwoman chairperson chair director manager minister secretary senator congressman
    congresswoman representative delegate governor mayor ambassador consul councillor councilor alderman magistrate justice
    prince princess duchess count countess baron baroness viscount emperor empress queen majesty highness excellency
    teacher tutor headmaster principal dean chancellor rector provost lecturer chef pilot driver surgeon dentist vet
    pharmacist physician therapist midwife paramedic engineer architect advocate counsel counselor counsellor lawyer solicitor
    barrister notary auntie aunt uncle grandma grandpa granny mom mum dad mama papa eng engg arch adv atty
    avvocato avv ingegnere architetto dottor professore professora professeur maitre maître me docteur doutor doutora engenheiro
    licenciado lic ingeniero ingeniera abogado arquitecto padre madre hermano hermana fray sor schwester bruder pfarrer pater
    professorin doktorin ingenieur rechtsanwalt ra mgr inz inż bc judr mudr phdr rndr shri smt sri kumari ustad`),
  ...words('jr junior senior ii iii iv phd md mba esq msc bsc'),
  ...words(`van von vom zu zum zur de del della delle dello der den des di da do dos das du la las le les lo los el al bin
    ibn bint abu ter ten te af av st saint san santa`),
  ...words(`gmbh mbh ag kg kgaa ohg ug gbr ev eg se inc incorporated llc llp lp ltd limited plc corp corporation co company
    sa sas sarl srl spa sl bv nv oy oyj ab as asa aps pty pte kk kft zrt sro doo uab sia oü group holding holdings foundation
    bank university institute association society partners sons bros solutions services systems technologies hospital
    clinic klinik klinikum praxis practice pharmacy apotheke school schule college academy akademie church kirche parish
    hotel hostel resort restaurant cafe café bar bistro pizzeria bakery grill kitchen catering shop store stores market
    supermarket mart outlet boutique salon spa gym studio studios gallery museum theater theatre cinema library council
    county city town stadt gemeinde municipality state government ministry embassy agency agentur bureau authority commission
    committee board union verein club league federation trust fund capital ventures investments insurance versicherung
    logistics logistik transport transports trucking shipping freight cargo express delivery airlines airways air rail motors
    motor auto autohaus garage werkstatt parts industries industry industrial manufacturing works werk werke mills factory
    fabrik foods food farms dairy brewery brauerei winery construction builders building bau immobilien realty properties
    property estate homes housing energy power electric electronics elektro water gas oil petroleum mining steel metals
    chemicals pharma pharmaceuticals medical health healthcare care dental labs lab laboratories research consulting
    consultants consultancy advisors media press verlag publishing books news radio tv entertainment music games sports
    software digital data cloud network networks networking telecom communications marketing advertising design designs
    global international worldwide national federal regional central europe european american deutschland germany france
    usa america asia africa enterprises enterprise trading traders imports exports import export wholesale retail supply
    supplies products warehouse depot terminal station center centre zentrum plaza tower hall house haus acme`),
  ...words(`deleted unknown anonymous anon guest user users admin administrator customer client account member support team
    service system test none null nobody not no provided given available applicable specified entered set missing empty blank undefined nil unnamed nameless
    name first last full surname firstname lastname nachname vorname nom prenom prénom nombre apellido new old existing
    walk walkin default example sample demo dummy placeholder fake temp temporary do use tbd tba pending private
    confidential hidden redacted withheld resident occupant tenant owner patient visitor employee worker operator
    contact person recipient sender buyer seller vendor supplier partner public generic various multiple other others all any
    kein keine keiner ohne unbekannt leer aucun aucune inconnu sin desconocido ninguno sconosciuto nessuno gast kunde kundin
    invitado cliente client compte konto cuenta reception frontdesk front desk helpdesk hr it accounting accounts payable
    billing purchasing procurement reservations bookings orders returns webmaster postmaster noreply mailer bot robot department office sales info staff and und et y`),
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

const furtherParts = new Set(words('middle mid initial suffix patronymic'));
const furtherNames = new Set(words('second third additional maternal other'));

/** Whether a field holds what a first and a last name leave out: `middle_name`, `second_name`, `name_suffix`. */
export function isFurtherNamePart(name: string): boolean {
  const parts = plainWords(name);
  return parts.some((word) => furtherParts.has(word) || (furtherNames.has(word) && parts.includes('name')));
}

/** What ends the names of trades and institutions, and of hardly anybody: `Logistics`, `Solutions`, `Management`. */
const endsOfTrades =
  /(?:istics|tronics|tions|agement|partments?|ities|erei|schaft|software|ware|technik|dienst|service|gesellschaft)$/;

/** A capital and letters, or two such with a hyphen, or an apostrophe after the first letter or two: `Meyer-Ott`, `O'Neil`. */
const written = /^(?:\p{Lu}\p{Ll}?['’])?\p{Lu}[\p{L}\p{M}]+(?:-\p{Lu}[\p{L}\p{M}]+)?$/u;

/** Whether a word may be somebody's first or last name as it stands. */
export function mayBeName(word: string): boolean {
  const parts = word.normalize('NFC').toLowerCase().split('-');
  return (
    word.length <= 64 &&
    written.test(word) &&
    !parts.some((part) => noNames.has(part) || endsOfTrades.test(part))
  );
}
