import { typeid } from 'typeid-js';

/** What each prefix names. An id is the prefix, `_` and 26 characters of base32: a UUIDv7, so ids sort by creation. */
export const idPrefixes = {
  pat: 'Patient',
  alg: 'AllergyIntolerance',
  con: 'Consent',
  prx: 'ProxyGrant',
  ctm: 'CareTeamMember',
  bgl: 'BreakGlassGrant',
  prc: 'Practitioner',
  hcs: 'HealthcareService',
  sch: 'Schedule',
  rul: 'AvailabilityRule',
  exc: 'AvailabilityException',
  apt: 'Appointment',
  wtl: 'WaitlistEntry',
  vis: 'Visit',
  nte: 'ClinicalNote',
  add: 'NoteAddendum',
  med: 'Medication',
  rx: 'Prescription',
  dsp: 'Dispense',
  phm: 'Pharmacy',
  iss: 'DetectedIssue',
  acc: 'Account',
  chg: 'ChargeItem',
  inv: 'Invoice',
  pay: 'Payment',
  rfd: 'Refund',
  cov: 'Coverage',
  clm: 'Claim',
  org: 'Organization',
  ltx: 'LedgerTransaction',
  pri: 'Price',
  evt: 'Event',
} as const;

export type IdPrefix = keyof typeof idPrefixes;

export const newId = (prefix: IdPrefix): string => typeid(prefix).toString();
