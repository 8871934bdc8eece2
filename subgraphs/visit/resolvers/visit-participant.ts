import type { VisitParticipantResolvers } from '../generated/graphql.ts';

export const VisitParticipant: VisitParticipantResolvers = {
  patient: ({ role, personId }) => (role === 'PRACTITIONER' ? null : { id: personId }),
  practitioner: ({ role, personId }) => (role === 'PRACTITIONER' ? { id: personId } : null),
  present: ({ periods }) => periods.some(({ endedAt }) => endedAt === null),
  periods: ({ periods }) => [...periods],
};
