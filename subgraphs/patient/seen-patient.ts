import { allergyRules, demographicsRules, maySeeDemographics } from './access.ts';
import type { PatientContext } from './context.ts';
import type { PatientById } from './mappers.ts';
import type { PatientRecord } from './patient-store.ts';

/** A patient if the caller may see the demographics, null otherwise. */
export const seenPatient = async (context: PatientContext, id: string): Promise<PatientRecord | null> =>
  demographicsRules.visible(context, await context.loaders.patient.load(id));

/** A patient as far as the caller sees them: whole, or the id alone for who sees the allergies and nothing else. Null otherwise. */
export async function visiblePatient(context: PatientContext, id: string): Promise<PatientRecord | PatientById | null> {
  const [patient, whole] = await Promise.all([context.loaders.patient.load(id), maySeeDemographics(context, id)]);
  if (patient === null || whole) return patient;
  if (await allergyRules.sees(context, { id, patientId: id })) return { id };
  context.audit.denied('Patient', id, id);
  return null;
}
