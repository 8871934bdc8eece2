import { readPage, toConnection, type Connection, type IdPage } from '#chassis/paging.ts';
import { prescriptionAccess } from './access.ts';
import type { PrescriptionContext } from './context.ts';
import type { PrescriptionStatus } from './generated/prisma/client.ts';
import { pagePharmacyQueue, type ParentColumn, type PrescriptionRow } from './prescription-store.ts';

/** The prescription, or null: not there and not yours are one answer. */
export async function seenPrescription(context: PrescriptionContext, id: string | null): Promise<PrescriptionRow | null> {
  return prescriptionAccess.visible(context, id === null ? null : await context.prescriptions.load(id));
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
  const toFill = prescriptionAccess.inSight(context, 't', 'recordDispense');
  return connection(context, await pagePharmacyQueue(context.database.client, toFill, readPage(args)));
}
