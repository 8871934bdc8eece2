import type { Role } from '#chassis/caller.ts';

/** Ids of the demo people and organizations. The seed creates exactly these; the tokens of the development issuer name them. */
export const demoIds = {
  /** Ada Demo, an adult with appointments, an allergy, a prescription and an invoice. */
  patient: 'pat_01kdvdna00e008000000000001',
  /** Dr. Grace Sample, who treats Ada Demo. */
  practitioner: 'prc_01kdvdna00e008000000000001',
  /** Example Pharmacy, where Ada Demo's prescriptions go. */
  pharmacy: 'phm_01kdvdna00e008000000000001',
  /** Sample Health Plan, Ada Demo's payer. */
  payer: 'org_01kdvdna00e008000000000001',
  /** The visit type that Dr. Grace Sample offers: a video consultation. */
  healthcareService: 'hcs_01kdvdna00e008000000000001',
} as const;

/** The programs of the demo, as `client_id` names them. */
export const demoClients = {
  /** Where patients log in. */
  patientPortal: 'demo-patient-portal',
  /** Where those who work in the clinic log in. */
  clinicApp: 'demo-clinic-app',
  /** Partner systems, which act for themselves. */
  pharmacy: 'demo-pharmacy',
  payer: 'demo-payer',
} as const;

export type PersonaName = 'patient' | 'practitioner' | 'frontdesk' | 'biller' | 'pharmacy' | 'payer' | 'privacy';

/** Claims of an access token that say who acts, as identity.ts reads them. */
export interface PersonaClaims {
  readonly sub: string;
  readonly role: Role;
  readonly scope: string;
  /** The program through which they act. */
  readonly client_id: string;
  readonly patient_id?: string;
  readonly practitioner_id?: string;
  readonly organization_id?: string;
}

interface Persona {
  /** Who this is, for the list that people choose from. */
  readonly description: string;
  /** Prefix of the id that may be given instead of the demo one. */
  readonly idPrefix?: string;
  readonly claims: (id?: string) => PersonaClaims;
}

export const personas: Readonly<Record<PersonaName, Persona>> = {
  patient: {
    description: 'Ada Demo, a patient: her own chart, appointments and invoices',
    idPrefix: 'pat',
    claims: (id = demoIds.patient) => ({
      sub: id,
      role: 'PATIENT',
      scope: 'patient/*.cruds',
      client_id: demoClients.patientPortal,
      patient_id: id,
    }),
  },
  practitioner: {
    description: 'Dr. Grace Sample, a practitioner: the charts of her patients, visits, prescriptions',
    idPrefix: 'prc',
    claims: (id = demoIds.practitioner) => ({
      sub: id,
      role: 'PRACTITIONER',
      scope: 'user/*.cruds',
      client_id: demoClients.clinicApp,
      practitioner_id: id,
    }),
  },
  frontdesk: {
    description: 'Front desk: demographics and appointments, nothing clinical',
    claims: () => ({
      sub: 'demo-frontdesk',
      role: 'FRONT_DESK',
      scope: 'user/Patient.crus user/Appointment.cruds user/Visit.rus user/CareTeam.cruds user/Coverage.crus',
      client_id: demoClients.clinicApp,
    }),
  },
  biller: {
    description: 'Biller: demographics, coverage, charges and invoices, no notes',
    claims: () => ({
      sub: 'demo-biller',
      role: 'BILLER',
      scope:
        'user/Patient.rs user/Appointment.rs user/Visit.rs user/Account.rs user/Invoice.cruds user/ChargeItem.cruds user/Claim.cruds user/Coverage.cruds',
      client_id: demoClients.clinicApp,
    }),
  },
  pharmacy: {
    description: 'Example Pharmacy, a partner: the prescriptions routed to it',
    idPrefix: 'phm',
    claims: (id = demoIds.pharmacy) => ({
      sub: id,
      role: 'PHARMACY',
      scope: 'system/Prescription.rs system/Dispense.cruds system/AllergyIntolerance.rs',
      client_id: demoClients.pharmacy,
      organization_id: id,
    }),
  },
  payer: {
    description: 'Sample Health Plan, a partner: coverages and claims addressed to it',
    idPrefix: 'org',
    claims: (id = demoIds.payer) => ({
      sub: id,
      role: 'PAYER',
      scope: 'system/Claim.rus system/Coverage.rs',
      client_id: demoClients.payer,
      organization_id: id,
    }),
  },
  privacy: {
    description: 'Privacy officer: who looked at which chart, no clinical content',
    claims: () => ({
      sub: 'demo-privacy',
      role: 'PRIVACY_OFFICER',
      scope: 'user/AuditEvent.rs',
      client_id: demoClients.clinicApp,
    }),
  },
};

export const personaNames = Object.keys(personas) as PersonaName[];

/**
 * Claims of a persona, or the sentence that says what is wrong with the request.
 * @param id a concrete patient, practitioner, pharmacy or payer instead of the demo one
 */
export function personaClaims(name: string | undefined, id?: string): { claims: PersonaClaims } | { complaint: string } {
  const persona = personaNames.find((known) => known === name);
  if (!persona) {
    const known = personaNames.join(', ');
    return {
      complaint: name === undefined || name === 'help' ? `Name a persona: ${known}.` : `There is no persona "${name}". Personas: ${known}.`,
    };
  }
  const { idPrefix, claims } = personas[persona];
  if (id === undefined) return { claims: claims() };
  if (!idPrefix) return { complaint: `The persona ${persona} takes no id.` };
  if (!new RegExp(`^${idPrefix}_[0-7][0-9a-hjkmnp-tv-z]{25}$`).test(id))
    return { complaint: `The persona ${persona} takes an id like ${claims().sub}, not "${id}".` };
  return { claims: claims(id) };
}
