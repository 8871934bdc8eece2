import { readPage, toConnection } from '#chassis/paging.ts';
import { maySeeChart } from '../access.ts';
import type { PatientResolvers } from '../generated/graphql.ts';
import { visiblePatient } from '../patient-service.ts';

/** Whoever holds a Patient may see the demographics; what only the chart has is checked at its field. */
export const Patient: PatientResolvers = {
  __resolveReference: ({ id }, context) => visiblePatient(context, id),
  name: ({ family, given }) => ({ family, given, text: [...given, family].join(' ') }),
  async allergies({ id }, args, context) {
    if (!(await maySeeChart(context, id))) return null;
    const { loaders } = context;
    const pages = args.includeEnteredInError ? loaders.allergyPageWithErrors : loaders.allergyPage;
    const page = await pages.load(id, readPage(args));
    return toConnection(page, await Promise.all(page.ids.map((allergyId) => loaders.allergy.load(allergyId))));
  },
  async consents({ id }, args, context) {
    if (!(await maySeeChart(context, id))) return null;
    const { loaders } = context;
    const page = await loaders.consentPage.load(id, readPage(args));
    return toConnection(page, await Promise.all(page.ids.map((consentId) => loaders.consent.load(consentId))));
  },
  proxies: async ({ id }, _args, { loaders }) => (await loaders.proxiesOf.load(id)) ?? [],
  proxyFor: async ({ id }, _args, { loaders }) => (await loaders.proxyFor.load(id)) ?? [],
};
