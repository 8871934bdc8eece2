import { sqltag as sql } from '@prisma/client/runtime/client';
import type { SqlExecutor } from '#chassis/database.ts';

/** The pharmacy has the signed prescription of the patient from now on; whoever had it before has it no longer. */
export async function savePharmacyRelation(
  tx: SqlExecutor,
  { prescriptionId, patientId, pharmacyId }: { prescriptionId: string; patientId: string; pharmacyId: string },
): Promise<void> {
  await tx.$executeRaw(sql`
    insert into pharmacy_relation (prescription_id, patient_id, pharmacy_id) values (${prescriptionId}, ${patientId}, ${pharmacyId})
    on conflict (prescription_id) do update set pharmacy_id = excluded.pharmacy_id`);
}

export async function removePharmacyRelation(tx: SqlExecutor, prescriptionId: string): Promise<void> {
  await tx.$executeRaw(sql`delete from pharmacy_relation where prescription_id = ${prescriptionId}`);
}
