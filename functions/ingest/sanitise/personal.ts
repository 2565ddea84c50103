import { isIP } from 'node:net';
import type { Find } from './custom-rules.ts';
import type { PersonalRule } from './rules.ts';

/** Every repeat is bounded, so that no text takes longer than its length times a constant. */
const EMAIL = /(?<![\w.+%-])[\w.+%-]{1,64}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?![\w-])/gi;
const PHONE =
  /(?<![\w.+/-])(?:\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,5}|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}-\d{3}-\d{4}|0\d{2,4}[ /]\d{3,4}[ -]?\d{3,5})(?![\w-]|\.\d)/g;
const IBAN = /(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])/g;
const IPV4 = /(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g;
const IPV6 = /(?<![\w:.])[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}(?:(?:\d{1,3}\.){3}\d{1,3})?(?![\w:])/gi;
/** US social security number, UK national insurance number, Brazilian CPF, Spanish DNI and NIE, Italian codice fiscale, French NIR. */
const NATIONAL =
  /(?<![\w-])(?:(\d{3}-\d{2}-\d{4})|([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z](?: ?\d{2}){3} ?[A-D])|(\d{3}\.\d{3}\.\d{3}-\d{2})|([XYZ]?\d{7,8}-?[A-HJ-NP-TV-Z])|([A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z])|([12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}))(?![\w-])/g;

/** Lengths of account numbers by country (SWIFT's IBAN registry). */
const IBAN_LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 TN24 TR26 UA29 VA22 VG24 XK20'
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

const FORMS: Readonly<Record<PersonalRule, readonly (readonly [RegExp, (match: RegExpExecArray) => boolean])[]>> = {
  email: [[EMAIL, () => true]],
  phone: [[PHONE, ([text]) => isPhone(text)]],
  iban: [[IBAN, ([text]) => isIban(text)]],
  'national-id': [[NATIONAL, isNational]],
  'ip-address': [
    [IPV4, ([text]) => isIP(text) === 4],
    [IPV6, ([text]) => isIP(text) === 6 && text.length > 2],
  ],
};

/** Finds what a rule about persons looks for. */
export function makePersonalFind(rule: PersonalRule): Find {
  const forms = FORMS[rule];
  return (text) =>
    forms.flatMap(([form, isOne]) =>
      [...text.matchAll(form)]
        .filter((match) => isOne(match as RegExpExecArray))
        .map((match) => ({ rule, start: match.index, end: match.index + match[0].length })),
    );
}

/** 8 to 15 digits (ITU-T E.164). */
function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return digits >= 8 && digits <= 15;
}

/** Length of its country and a remainder of 1 (ISO 13616, ISO 7064 MOD 97-10). */
function isIban(text: string): boolean {
  const account = text.replaceAll(' ', '');
  if (IBAN_LENGTHS[account.slice(0, 2)] !== account.length) return false;
  let rest = 0;
  for (const character of account.slice(4) + account.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

function isNational([, ssn, , cpf, dni, , nir]: RegExpExecArray): boolean {
  if (ssn !== undefined) return !/^(?:000|666|9)|-00-|-0000$/.test(ssn);
  if (cpf !== undefined) return isCpf(cpf.replace(/\D/g, ''));
  if (dni !== undefined) return isDni(dni.replace('-', ''));
  if (nir !== undefined) return isNir(nir.replaceAll(' ', ''));
  return true;
}

function isCpf(digits: string): boolean {
  const checkOf = (length: number) => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += Number(digits[at]) * (length + 1 - at);
    return ((sum * 10) % 11) % 10;
  };
  return !/^(\d)\1+$/.test(digits) && checkOf(9) === Number(digits[9]) && checkOf(10) === Number(digits[10]);
}

function isDni(text: string): boolean {
  const number = Number(text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === text.at(-1);
}

/** Corsica's departments count as 19 and 18. */
function isNir(text: string): boolean {
  const body = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97 - Number(BigInt(body) % 97n) === Number(text.slice(13));
}
