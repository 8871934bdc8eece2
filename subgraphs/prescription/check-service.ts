import { checkPrescription } from './check/check.ts';
import { tags, type Finding, type Substance, type Therapy } from './check/facts.ts';
import type { Tx } from './context.ts';
import { saveFindings, type DetectedIssueRow } from './detected-issue-store.ts';
import { findInteractions, findSubstances } from './knowledge-store.ts';
import { findMedications, type MedicationRow } from './medication-store.ts';
import { findActivePrescriptions, findDraftsOf, markChecked, type PrescriptionRow } from './prescription-store.ts';
import { findAllergies } from './read-model-store.ts';

interface Checked {
  readonly prescription: PrescriptionRow;
  readonly medication: MedicationRow;
}

/** Drafts that one piece of news is held against: the newest. An older one is checked when it is changed or signed. */
const mostDrafts = 200;

/** Checks a prescription against what is known of the patient now and stores what it finds. The patient must be locked. */
export async function recheck(tx: Tx, prescription: PrescriptionRow, medication: MedicationRow, now: Date): Promise<DetectedIssueRow[]> {
  const findings = await findingsOf(tx, prescription.patientId, [{ prescription, medication }], now);
  return (await saveFindings(tx, prescription.patientId, findings, now)).get(prescription.id) ?? [];
}

/** Checks the drafts of a locked patient again, in as many statements for many as for one: who writes one sees what the news means for it. */
export async function recheckDrafts(tx: Tx, patientId: string, now: Date): Promise<void> {
  const drafts = await findDraftsOf(tx, patientId, mostDrafts);
  if (drafts.length === 0) return;
  const medications = await findMedications(tx, [...new Set(drafts.map(({ medicationId }) => medicationId))]);
  const checked = drafts.map((prescription): Checked => {
    const medication = medications.get(prescription.medicationId);
    if (!medication) throw new Error(`draft ${prescription.id} names a medication that is not there`);
    return { prescription, medication };
  });
  await saveFindings(tx, patientId, await findingsOf(tx, patientId, checked, now), now);
  await markChecked(
    tx,
    drafts.map(({ id }) => id),
    now,
  );
}

/** By prescription what the check finds. The facts of the patient are read once for all of them. */
async function findingsOf(tx: Tx, patientId: string, checked: readonly Checked[], now: Date): Promise<Map<string, Finding[]>> {
  const prescribed = await findActivePrescriptions(tx, patientId, now);
  const allergies = await findAllergies(tx, patientId);
  const known = await findSubstances(tx, allergies);
  const therapies = checked.map(({ prescription, medication }) => ({ prescription, therapy: toTherapy(prescription, medication) }));
  const active = prescribed.map((prescription) => toTherapy(prescription, prescription.medication));
  const interactions = await findInteractions(tx, tagsOf(therapies.map(({ therapy }) => therapy)), tagsOf(active));
  return new Map(
    therapies.map(({ prescription: { id, priorPrescriptionId }, therapy }) => {
      const others = active.filter(({ prescriptionId }) => prescriptionId !== id && prescriptionId !== priorPrescriptionId);
      return [id, checkPrescription({ draft: therapy, active: others, allergies, interactions }, known)];
    }),
  );
}

const toTherapy = (prescription: PrescriptionRow, { code, name, composition }: MedicationRow): Therapy => ({
  prescriptionId: prescription.id,
  medication: { code, name, substances: composition.map(({ ingredient, micrograms }): Substance => ({ ...ingredient, micrograms })) },
  dose: prescription,
});

const tagsOf = (therapies: readonly Therapy[]): string[] => [
  ...new Set(therapies.flatMap(({ medication }) => medication.substances.flatMap(tags))),
];
