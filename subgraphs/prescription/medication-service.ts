import { badInput } from '#chassis/errors.ts';
import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import type { PrescriptionContext } from './context.ts';
import { pageMedications, type MedicationRow } from './medication-store.ts';

interface MedicationsArgs {
  search?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** A page of the catalogue. @throws BAD_USER_INPUT */
export async function searchMedications(context: PrescriptionContext, args: MedicationsArgs): Promise<Connection<MedicationRow>> {
  const search = args.search?.trim().toLowerCase() ?? '';
  if (search.length > 100) throw badInput('search', 'must have at most 100 characters.');
  const page = await pageMedications(context.database.client, search || null, readPage(args));
  return toConnection(page, await Promise.all(page.ids.map((id) => context.medications.load(id))));
}
