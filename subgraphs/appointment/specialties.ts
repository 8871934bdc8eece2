import { joinSensitivities } from '#chassis/sensitivities.ts';
import type { SensitivityCategory } from '#schema/events.ts';
import type { HealthcareService, Practitioner, Specialty } from './generated/prisma/client.ts';

/** Codes of the NUCC Health Care Provider Taxonomy, which the NPI registry uses. */
export const specialtyCodes: Readonly<Record<Specialty, string>> = {
  CARDIOLOGY: '207RC0000X',
  DERMATOLOGY: '207N00000X',
  ENDOCRINOLOGY: '207RE0101X',
  FAMILY_MEDICINE: '207Q00000X',
  GASTROENTEROLOGY: '207RG0100X',
  INTERNAL_MEDICINE: '207R00000X',
  NEUROLOGY: '2084N0400X',
  OBSTETRICS_AND_GYNECOLOGY: '207V00000X',
  ORTHOPAEDICS: '207X00000X',
  PEDIATRICS: '208000000X',
  PSYCHIATRY: '2084P0800X',
  PULMONOLOGY: '207RP1001X',
};

/** Specialties whose every appointment tells of sensitive data, whatever its type. */
const bySpecialty: Readonly<Partial<Record<Specialty, readonly SensitivityCategory[]>>> = { PSYCHIATRY: ['PSYCHIATRIC'] };

/** Of what an appointment of this type with this practitioner tells. */
export const sensitivitiesOf = (service: HealthcareService, { specialty }: Practitioner): SensitivityCategory[] =>
  joinSensitivities(service.sensitivities, bySpecialty[specialty] ?? []);

/** USPS codes of the states, the District of Columbia and the territories that license practitioners. */
export const licensingStates: ReadonlySet<string> = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY ' +
    'DC AS GU MP PR VI'
  ).split(' '),
);
