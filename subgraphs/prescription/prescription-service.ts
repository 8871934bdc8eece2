import { emptyIdPage, readPage, toConnection, type Connection, type IdPage } from '#chassis/paging.ts';
import { maySeePrescription, pharmacyOf } from './access.ts';
import type { PrescriptionContext } from './context.ts';
import type { PrescriptionStatus } from './generated/prisma/client.ts';
import { pagePharmacyQueue, type ParentColumn, type PrescriptionRow } from './prescription-store.ts';

/** The prescription, or null: not there and not yours are one answer. */
export async function seenPrescription(context: PrescriptionContext, id: string | null): Promise<PrescriptionRow | null> {
  const prescription = id === null ? null : await context.prescriptions.load(id);
  return prescription && (await maySeePrescription(context, prescription)) ? prescription : null;
}

interface PageArgs {
  first?: number | null | undefined;
  after?: string | null | undefined;
}

const connection = async (context: PrescriptionContext, page: IdPage): Promise<Connection<PrescriptionRow>> =>
  toConnection(page, await Promise.all(page.ids.map((id) => context.prescriptions.load(id))));

/** A page of what the caller may see below a patient, practitioner, visit or pharmacy. */
export async function prescriptionsBelow(
  context: PrescriptionContext,
  parent: ParentColumn,
  id: string,
  args: PageArgs & { status?: readonly PrescriptionStatus[] | null | undefined },
): Promise<Connection<PrescriptionRow>> {
  const page = readPage(args);
  return connection(context, await context.prescriptionsBelow(parent, args.status ?? []).load(id, page));
}

/** What waits at the caller's pharmacy; empty for everyone else. */
export async function pharmacyQueue(context: PrescriptionContext, args: PageArgs): Promise<Connection<PrescriptionRow>> {
  const page = readPage(args);
  const pharmacyId = pharmacyOf(context.caller);
  return connection(context, pharmacyId ? await pagePharmacyQueue(context.database.client, pharmacyId, page) : emptyIdPage);
}

/** What was ever routed to the caller's own pharmacy; empty for everyone else. */
export async function prescriptionsAtPharmacy(
  context: PrescriptionContext,
  pharmacyId: string,
  args: PageArgs & { status?: readonly PrescriptionStatus[] | null | undefined },
): Promise<Connection<PrescriptionRow>> {
  const page = readPage(args);
  if (pharmacyOf(context.caller) !== pharmacyId) return toConnection<PrescriptionRow>(emptyIdPage, []);
  return prescriptionsBelow(context, 'pharmacy_id', pharmacyId, { ...args, first: page.limit });
}
