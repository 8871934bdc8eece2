import type { PatientContext } from '../context.ts';
import type { ProxyGrantResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../seen-patient.ts';
import { visibleGrant } from '../proxy-service.ts';

/** Who sees one of the two people sees the name of the other, and no more of them. */
export const ProxyGrant: ProxyGrantResolvers = {
  __resolveReference: ({ id }, context) => visibleGrant(context, id),
  patient: ({ patientId }, _args, context) => visiblePatient(context, patientId),
  proxy: ({ proxyPatientId }, _args, context) => visiblePatient(context, proxyPatientId),
  patientDisplay: ({ patientId }, _args, context) => display(context, patientId),
  proxyDisplay: ({ proxyPatientId }, _args, context) => display(context, proxyPatientId),
};

async function display({ loaders }: PatientContext, patientId: string): Promise<string> {
  const person = await loaders.patient.load(patientId);
  if (!person) throw new Error('a proxy grant names a patient who is not there, which the database forbids');
  return [...person.given, person.family].join(' ');
}
