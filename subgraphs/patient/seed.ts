import { bulkLoad } from '#chassis/bulk-load.ts';
import { seededConsents } from '#chassis/access/known-consents.ts';
import { withProtection } from '#chassis/protection/with-protection.ts';
import type { AllergyIntolerance, Consent, Patient, PatientIdentifier, ProxyGrant } from './generated/prisma/client.ts';
import { nameKey, nameWords } from './name-search.ts';
import { protectedTables } from './protected-columns.ts';

/** A patient without what follows from the name. The JSON columns hold JSON text. */
export type SeedPatient = Omit<Patient, 'familyKey' | 'givenKey' | 'telecom' | 'address'> & { telecom: string; address: string };
export type SeedAllergy = Omit<AllergyIntolerance, 'reactions'> & { reactions: string };

/** Rows of this subgraph: what a bulk load brings. */
export interface PatientPart {
  patients: SeedPatient[];
  identifiers: Omit<PatientIdentifier, 'valueIndex'>[];
  allergies: SeedAllergy[];
  consents: Consent[];
  proxyGrants: ProxyGrant[];
  /** Appointments that make a treating relation. */
  treatingRelations: { sourceId: string; patientId: string; practitionerId: string; effectiveAt: Date }[];
  /** Signed prescriptions that a pharmacy has. */
  pharmacyRelations: { prescriptionId: string; patientId: string; pharmacyId: string }[];
}

/** Loads parts into an empty database of this subgraph, in one transaction. `env` has the key-encryption keys. @returns how many rows */
export const seedPatient = (databaseUrl: string, parts: AsyncIterable<PatientPart>, env: NodeJS.ProcessEnv): Promise<number> =>
  withProtection({ subgraph: 'patient', databaseUrl, tables: protectedTables, env }, (_protection, seal) =>
    bulkLoad(databaseUrl, parts, async (part, insert) => {
      const { patients, identifiers, allergies, consents, proxyGrants, treatingRelations, pharmacyRelations } = part;
      await insert(
        'patient',
        patients.map((row) => ({ ...row, familyKey: nameKey(row.family), givenKey: nameKey(row.given.join(' ')) })),
      );
      await insert('patient_identifier', await seal('patient_identifier', identifiers));
      await insert(
        'patient_name_word',
        patients.flatMap(({ id, family, given }) => nameWords(family, ...given).map((word) => ({ word, patientId: id }))),
      );
      await insert('allergy_intolerance', await seal('allergy_intolerance', allergies));
      await insert('consent', consents);
      await insert('active_consent', seededConsents(consents));
      await insert('proxy_grant', proxyGrants);
      const active = proxyGrants.filter(({ status }) => status === 'ACTIVE');
      await insert(
        'proxy_relation',
        active.map(({ id, patientId, proxyPatientId, endsOn }) => ({ grantId: id, patientId, proxyPatientId, endsOn })),
      );
      await insert('treating_relation', treatingRelations);
      await insert('pharmacy_relation', pharmacyRelations);
    }),
  );
