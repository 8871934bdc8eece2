import { readPage, toConnection, type Connection } from '#chassis/paging.ts';
import type { AppointmentState } from './appointment-states.ts';
import type { AppointmentList } from './appointment-store.ts';
import type { AppointmentContext } from './context.ts';
import type { Appointment } from './generated/prisma/client.ts';

interface ListArguments {
  status?: readonly AppointmentState[] | null | undefined;
  from?: Date | null | undefined;
  to?: Date | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}

/** The appointments of a patient or practitioner that the caller may see. Two statements, however many parents. */
export async function appointmentsBelow(
  { loaders }: AppointmentContext,
  list: Pick<AppointmentList, 'parent' | 'direction'>,
  parentId: string,
  { status, from, to, ...page }: ListArguments,
): Promise<Connection<Appointment>> {
  const conditions = { status: status ?? [], from: from ?? null, to: to ?? null };
  const ids = await loaders.appointmentPage({ ...list, conditions }).load(parentId, readPage(page));
  return toConnection(ids, await Promise.all(ids.ids.map((id) => loaders.appointment.load(id))));
}
