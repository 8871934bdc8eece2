import type { Resolvers } from '../generated/graphql.ts';
import { AllergyIntolerance } from './allergy-intolerance.ts';
import { AuditEvent } from './audit-event.ts';
import { ChartAccess } from './chart-access.ts';
import { BreakGlassGrant } from './break-glass-grant.ts';
import { CareTeamMember } from './care-team-member.ts';
import { Consent } from './consent.ts';
import { Me } from './me.ts';
import { addCareTeamMember } from './mutation-add-care-team-member.ts';
import { breakGlass } from './mutation-break-glass.ts';
import { endBreakGlass } from './mutation-end-break-glass.ts';
import { removeCareTeamMember } from './mutation-remove-care-team-member.ts';
import { breakGlassGrants } from './query-break-glass-grants.ts';
import { breakGlassOpened } from './subscription-break-glass-opened.ts';
import { activateConsent } from './mutation-activate-consent.ts';
import { grantConsent } from './mutation-grant-consent.ts';
import { grantProxy } from './mutation-grant-proxy.ts';
import { proposeConsent } from './mutation-propose-consent.ts';
import { recordAllergy } from './mutation-record-allergy.ts';
import { registerPatient } from './mutation-register-patient.ts';
import { rejectConsent } from './mutation-reject-consent.ts';
import { retractConsent } from './mutation-retract-consent.ts';
import { revokeConsent } from './mutation-revoke-consent.ts';
import { revokeProxy } from './mutation-revoke-proxy.ts';
import { updateAllergy } from './mutation-update-allergy.ts';
import { updatePatient } from './mutation-update-patient.ts';
import { Patient } from './patient.ts';
import { ProxyGrant } from './proxy-grant.ts';
import { allergyIntolerance } from './query-allergy-intolerance.ts';
import { auditEvents } from './query-audit-events.ts';
import { consent } from './query-consent.ts';
import { me } from './query-me.ts';
import { patient } from './query-patient.ts';
import { patients } from './query-patients.ts';

export const resolvers = {
  Query: { me, patient, patients, allergyIntolerance, consent, breakGlassGrants, auditEvents },
  Subscription: { breakGlassOpened },
  Mutation: {
    registerPatient,
    updatePatient,
    recordAllergy,
    updateAllergy,
    grantProxy,
    revokeProxy,
    grantConsent,
    proposeConsent,
    activateConsent,
    rejectConsent,
    revokeConsent,
    retractConsent,
    addCareTeamMember,
    removeCareTeamMember,
    breakGlass,
    endBreakGlass,
  },
  Patient,
  AllergyIntolerance,
  AuditEvent,
  ChartAccess,
  Consent,
  ProxyGrant,
  CareTeamMember,
  BreakGlassGrant,
  Me,
} satisfies Resolvers;
