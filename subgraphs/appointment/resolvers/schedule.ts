import { emptyIdPage, readPage, toConnection } from '#chassis/paging.ts';
import { scheduleAccess } from '../access.ts';
import type { ScheduleResolvers } from '../generated/graphql.ts';
import { present } from '../present.ts';

export const Schedule: ScheduleResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.schedule.load(id),
  practitioner: async ({ practitionerId }, _args, { loaders }) =>
    present(await loaders.practitioner.load(practitionerId), 'practitioner', practitionerId),
  rules: async ({ id }, _args, { loaders }) => (await loaders.rules.load(id)) ?? [],
  exceptions: async ({ id, practitionerId }, args, context) => {
    const page = readPage(args);
    if (!(await scheduleAccess.may(context, 'keep', { practitionerId }))) return toConnection(emptyIdPage, []);
    const ids = await context.loaders.exceptionPage.load(id, page);
    return toConnection(ids, await Promise.all(ids.ids.map((exception) => context.loaders.exception.load(exception))));
  },
};
