import {
  always,
  any,
  brokeGlass,
  column,
  dispensesTo,
  isOwnPractitioner,
  isProxy,
  isSelf,
  treats,
  type Asker,
} from '#chassis/access/conditions.ts';
import { accessRules } from '#chassis/access/rules.ts';

// Who may see and do what in this subgraph. What no rule allows is denied.

/** Rows of the table patient, and patients of whom only the id is known. */
interface PatientKey {
  readonly id: string;
}

/** Rows that belong to a patient. */
interface Charted {
  readonly id: string;
  readonly patientId: string;
}

const chartKeys = { id: ({ id }: Charted) => id, patientId: ({ patientId }: Charted) => patientId };

const person = column('id', ({ id }: PatientKey) => id);
const patient = column('patient_id', ({ patientId }: Charted) => patientId);

/** Name, birth date, contact data, identifiers. `keep`: registers people and changes all of it; `reach`: changes how to reach the person. */
export const demographicsRules = accessRules<PatientKey, 'keep' | 'reach'>('Patient', { id: ({ id }) => id, patientId: ({ id }) => id }, [
  {
    id: 'self',
    who: ['PATIENT'],
    may: ['read', 'reach'],
    when: isSelf(person),
    says: 'A patient sees the own demographics and keeps the contact data.',
    serves: 'DOMAIN 7: own chart',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['read', 'reach'],
    when: isProxy(person),
    says: 'A proxy sees the demographics of whom they act for and keeps the contact data.',
    serves: 'DOMAIN 7: own chart, and of those they are proxy for',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: 'read',
    when: treats(person),
    says: 'A practitioner sees the demographics of patients they treat.',
    serves: 'DOMAIN 7: charts of patients they treat',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: 'read',
    when: brokeGlass(person),
    says: 'A practitioner who broke the glass sees the demographics for 60 minutes.',
    serves: 'DOMAIN 7: break the glass',
  },
  {
    id: 'desk',
    who: ['FRONT_DESK', 'SYSTEM'],
    may: ['read', 'keep'],
    when: always,
    says: 'The front desk and system callers see and keep all demographics.',
    serves: 'DOMAIN 7: front desk, demographics',
  },
  {
    id: 'biller',
    who: ['BILLER'],
    may: 'read',
    when: always,
    says: 'A biller sees all demographics.',
    serves: 'DOMAIN 7: biller, demographics',
  },
]);

/** Allergies. `write`: records and changes them, within what allergy-rules.ts allows. */
export const allergyRules = accessRules<Charted, 'write'>('AllergyIntolerance', chartKeys, [
  {
    id: 'self',
    who: ['PATIENT'],
    may: ['read', 'write'],
    when: isSelf(patient),
    says: 'A patient sees and records the own allergies.',
    serves: 'DOMAIN 7: own chart',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['read', 'write'],
    when: isProxy(patient),
    says: 'A proxy sees and records the allergies of whom they act for.',
    serves: 'DOMAIN 7: own chart, and of those they are proxy for',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: ['read', 'write'],
    when: treats(patient),
    says: 'A practitioner sees and records the allergies of patients they treat.',
    serves: 'DOMAIN 7: charts of patients they treat',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: 'read',
    when: brokeGlass(patient),
    says: 'A practitioner who broke the glass sees the allergies for 60 minutes.',
    serves: 'DOMAIN 7: break the glass',
  },
  {
    id: 'dispensing',
    who: ['PHARMACY'],
    may: 'read',
    when: dispensesTo(patient),
    says: 'A pharmacy sees the allergies of a patient whose signed prescription it has.',
    serves: "DOMAIN 7: pharmacy partner, the patient's allergies",
  },
]);

/** Consents. `write`: drafts and proposes; `decide`: gives, declines and revokes. */
export const consentRules = accessRules<Charted, 'write' | 'decide'>('Consent', chartKeys, [
  {
    id: 'self',
    who: ['PATIENT'],
    may: ['read', 'write', 'decide'],
    when: isSelf(patient),
    says: 'A patient sees, writes and decides on the own consents.',
    serves: 'DOMAIN 7: patient, consent',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['read', 'write', 'decide'],
    when: isProxy(patient),
    says: 'A proxy sees, writes and decides on the consents of whom they act for.',
    serves: 'DOMAIN 7: own chart, and of those they are proxy for',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: ['read', 'write'],
    when: treats(patient),
    says: 'A practitioner sees and proposes the consents of patients they treat.',
    serves: 'DOMAIN 7: charts of patients they treat',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: 'read',
    when: brokeGlass(patient),
    says: 'A practitioner who broke the glass sees the consents for 60 minutes.',
    serves: 'DOMAIN 7: break the glass',
  },
]);

interface GrantRow extends Charted {
  readonly proxyPatientId: string;
}
const ofPatient = column('patient_id', ({ patientId }: GrantRow) => patientId);
const ofProxy = column('proxy_patient_id', ({ proxyPatientId }: GrantRow) => proxyPatientId);

/** Who acts for whom: seen by everyone who sees the demographics of one of the two. Who grants and revokes follows below. */
export const proxyGrantRules = accessRules<GrantRow>('ProxyGrant', chartKeys, [
  {
    id: 'self',
    who: ['PATIENT'],
    may: 'read',
    when: any(isSelf(ofPatient), isSelf(ofProxy)),
    says: 'Both people of a proxy grant see it.',
    serves: 'DOMAIN 7: own chart',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: 'read',
    when: any(isProxy(ofPatient), isProxy(ofProxy)),
    says: 'A proxy sees the grants of whom they act for.',
    serves: 'DOMAIN 7: own chart, and of those they are proxy for',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: 'read',
    when: any(treats(ofPatient), treats(ofProxy)),
    says: 'A practitioner sees the proxy grants of patients they treat.',
    serves: 'DOMAIN 7: charts of patients they treat',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: 'read',
    when: any(brokeGlass(ofPatient), brokeGlass(ofProxy)),
    says: 'A practitioner who broke the glass sees the proxy grants for 60 minutes.',
    serves: 'DOMAIN 7: break the glass',
  },
  {
    id: 'desk',
    who: ['FRONT_DESK', 'BILLER', 'SYSTEM'],
    may: 'read',
    when: always,
    says: 'Who sees all demographics sees all proxy grants.',
    serves: 'DOMAIN 7: front desk and biller, demographics',
  },
]);

interface CareTeamRow extends Charted {
  readonly practitionerId: string;
}
const member = column('practitioner_id', ({ practitionerId }: CareTeamRow) => practitionerId);

/** Entries of care teams. `add`: on the entry that would be; `remove`. */
export const careTeamRules = accessRules<CareTeamRow, 'add' | 'remove'>('CareTeamMember', chartKeys, [
  {
    id: 'self',
    who: ['PATIENT'],
    may: ['read', 'add', 'remove'],
    when: isSelf(patient),
    says: 'A patient sees and keeps the own care team.',
    serves: 'DOMAIN 7: own chart; care team entry',
  },
  {
    id: 'proxy',
    who: ['PATIENT'],
    may: ['read', 'add', 'remove'],
    when: isProxy(patient),
    says: 'A proxy sees and keeps the care team of whom they act for.',
    serves: 'DOMAIN 7: own chart, and of those they are proxy for',
  },
  {
    id: 'treating',
    who: ['PRACTITIONER'],
    may: ['read', 'add'],
    when: treats(patient),
    says: 'A practitioner sees the care team of patients they treat and adds colleagues.',
    serves: 'DOMAIN 7: an explicit care team entry',
  },
  {
    id: 'member',
    who: ['PRACTITIONER'],
    may: 'remove',
    when: isOwnPractitioner(member),
    says: 'A practitioner leaves a care team.',
    serves: 'DOMAIN 7: an explicit care team entry',
  },
  {
    id: 'break-glass',
    who: ['PRACTITIONER'],
    may: 'read',
    when: brokeGlass(patient),
    says: 'A practitioner who broke the glass sees the care team for 60 minutes.',
    serves: 'DOMAIN 7: break the glass',
  },
  {
    id: 'desk',
    who: ['FRONT_DESK'],
    may: ['read', 'add', 'remove'],
    when: always,
    says: 'The front desk keeps care teams as it keeps appointments.',
    serves: 'DOMAIN 7: front desk, book for others',
  },
]);

/** Charts opened in an emergency. `open`: on the grant that would be; `end`: before its time. */
export const breakGlassRules = accessRules<CareTeamRow, 'open' | 'end'>('BreakGlassGrant', chartKeys, [
  {
    id: 'officer',
    who: ['PRIVACY_OFFICER'],
    may: ['read', 'end'],
    when: always,
    says: 'A privacy officer sees every break-glass and ends it.',
    serves: 'DOMAIN 7: privacy officer, end a break-glass',
  },
  {
    id: 'own',
    who: ['PRACTITIONER'],
    may: ['read', 'open', 'end'],
    when: isOwnPractitioner(member),
    says: 'A practitioner opens any chart in an emergency, sees their own break-glass and ends it.',
    serves: 'DOMAIN 7: break the glass',
  },
]);

/** Everything above, for the documentation and for tests. */
export const accessTables = [demographicsRules, allergyRules, consentRules, proxyGrantRules, careTeamRules, breakGlassRules];

export const maySeeDemographics = (asker: Asker, patientId: string): Promise<boolean> => demographicsRules.sees(asker, { id: patientId });

/** Whoever sees everybody's demographics anyway learns nothing from a refusal that says more. */
export const seesAllDemographics = ({ caller }: Asker): boolean => ['FRONT_DESK', 'BILLER', 'SYSTEM'].includes(caller.role);

/** Registers people and changes all of their demographics. */
export const mayKeepDemographics = (asker: Asker): Promise<boolean> => demographicsRules.may(asker, 'keep', { id: '' });

/** As what somebody writes into a chart. */
export type ChartRelation = 'PATIENT' | 'PROXY' | 'PRACTITIONER';

/** Null when the caller may not write allergies or consents of this patient, by the rules given. */
export async function writesAs(
  rules: typeof allergyRules | typeof consentRules,
  asker: Asker,
  patientId: string,
): Promise<ChartRelation | null> {
  if (!(await rules.may(asker, 'write', { id: '', patientId }))) return null;
  if (asker.caller.role === 'PRACTITIONER') return 'PRACTITIONER';
  return asker.caller.patientId === patientId ? 'PATIENT' : 'PROXY';
}

/** The patient, or who acts for them. */
export const speaksForPatient = (relation: ChartRelation): boolean => relation !== 'PRACTITIONER';

/** A grant of one's own is an adult's decision; for a minor the front desk records who the parents or guardians are. */
export function mayGrantProxy({ caller }: Asker, patientId: string, patientIsMinor: boolean): boolean {
  if (caller.role === 'SYSTEM') return true;
  if (caller.role === 'FRONT_DESK') return patientIsMinor;
  return caller.role === 'PATIENT' && caller.patientId === patientId && !patientIsMinor;
}

/** Besides those who may grant, the proxy may step back. */
export function mayRevokeProxy(asker: Asker, grant: { patientId: string; proxyPatientId: string }, patientIsMinor: boolean): boolean {
  const { caller } = asker;
  const stepsBack = caller.role === 'PATIENT' && caller.patientId === grant.proxyPatientId;
  return stepsBack || mayGrantProxy(asker, grant.patientId, patientIsMinor);
}
