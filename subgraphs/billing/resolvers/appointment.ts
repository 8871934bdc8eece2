import type { AppointmentResolvers } from '../generated/graphql.ts';
import { visibleCharges } from './visible-charges.ts';

export const Appointment: AppointmentResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  charges: async ({ id }, _args, context) => visibleCharges(context, await context.loaders.chargesOfAppointment.load(id)),
};
