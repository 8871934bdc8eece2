import type { KnownData } from './known-data.ts';

/**
 * An input for every mutation, about the one patient: whoever may run it gets past the question of the right. Most are refused for
 * another reason then, so that the next person finds everything as it was.
 */
export function stepsOn({ ids, things }: KnownData): Readonly<Record<string, Record<string, unknown>>> {
  const the = (type: string, variant = ''): string => things[type]?.[variant] ?? '';
  const onPatient = { patientId: ids.patient };
  const onAppointment = { appointmentId: the('Appointment', 'cancelled') };
  const onConsent = { consentId: the('Consent') };
  const onVisit = { visitId: the('Visit') };
  const onPrescription = { prescriptionId: the('Prescription') };
  const onSchedule = { practitionerId: ids.ownPractitioner };
  const dollars = (amountMinor: number) => ({ amountMinor, currency: 'USD' });
  const far = '2098-01-01';
  const reason = 'Because it is tried out';
  return {
    registerPatient: { name: { given: ['Nobody'], family: 'Tried' }, birthDate: '1970-01-01', gender: 'UNKNOWN', allowDuplicate: true },
    updatePatient: { ...onPatient, preferredLanguage: 'en' },
    // They are that already.
    grantProxy: { ...onPatient, proxyPatientId: ids.proxy, proxyBirthDate: '1979-01-02', relationship: 'SPOUSE' },
    revokeProxy: { proxyGrantId: the('ProxyGrant', 'ended') },
    // Somebody whom nobody here is.
    addCareTeamMember: { ...onPatient, practitionerId: 'prc_01k00000000000000000000000' },
    removeCareTeamMember: { careTeamMemberId: the('CareTeamMember', 'former') },
    breakGlass: { ...onPatient, reason: 'No' },
    endBreakGlass: { grantId: the('BreakGlassGrant', 'ended') },
    recordAllergy: { ...onPatient, substanceCode: 'class:sulfonamides', substanceText: 'Sulfonamides' },
    updateAllergy: { allergyId: the('AllergyIntolerance'), criticality: 'LOW' },
    grantConsent: { ...onPatient, scope: 'RESEARCH', provision: 'PERMIT', purposes: ['RESEARCH'] },
    proposeConsent: onConsent,
    activateConsent: onConsent,
    rejectConsent: onConsent,
    revokeConsent: onConsent,
    retractConsent: onConsent,

    registerPractitioner: {
      givenName: 'Nobody',
      familyName: 'Tried',
      npi: '1234567890',
      specialty: 'FAMILY_MEDICINE',
      timeZone: 'UTC',
      licences: [{ state: 'NY', number: '1', expiresOn: far }],
    },
    setPractitionerActive: { ...onSchedule, active: true },
    setOfferedServices: { ...onSchedule, healthcareServiceIds: [the('HealthcareService')] },
    createHealthcareService: { code: 'Not A Code', name: 'Tried', modality: 'VIDEO', durationMinutes: 15 },
    setAvailability: { ...onSchedule, rules: [{ dayOfWeek: 'MON', startTime: '09:00', endTime: '17:00' }] },
    addAvailabilityException: { ...onSchedule, kind: 'TIME_OFF', startsOn: far },
    removeAvailabilityException: { exceptionId: the('AvailabilityException') },
    bookAppointment: {
      ...onPatient,
      ...onSchedule,
      healthcareServiceId: the('HealthcareService'),
      startsAt: '2020-01-01T00:00:00Z',
    },
    rescheduleAppointment: { ...onAppointment, startsAt: '2020-01-01T00:00:00Z' },
    cancelAppointment: { ...onAppointment, reasonCode: 'PAT' },
    approveAppointment: onAppointment,
    declineAppointment: onAppointment,
    arriveAppointment: onAppointment,
    checkInAppointment: onAppointment,
    fulfillAppointment: onAppointment,
    markNoShow: onAppointment,
    joinWaitlist: { ...onPatient, healthcareServiceId: the('HealthcareService') },
    leaveWaitlist: { waitlistEntryId: the('WaitlistEntry') },

    enterWaitingRoom: onVisit,
    admitPatient: onVisit,
    leaveVisit: onVisit,
    returnToVisit: onVisit,
    finishVisit: onVisit,
    cancelVisit: { ...onVisit, reason: 'OTHER' },
    saveNoteDraft: { ...onVisit, plan: 'Tried' },
    signNote: { noteId: the('ClinicalNote') },
    addNoteAddendum: { noteId: the('ClinicalNote'), text: 'Tried' },

    registerPharmacy: { name: 'Tried', ncpdpId: '9900001', city: 'Springfield', state: 'IL', capabilities: ['NEW'] },
    draftPrescription: {
      ...onPatient,
      medicationId: the('Medication'),
      quantity: 1,
      dosage: { doseAmount: '1', frequencyPerDay: 1, durationDays: 1 },
    },
    updatePrescriptionDraft: { ...onPrescription, quantity: 1 },
    overrideDetectedIssue: { ...onPrescription, reason },
    signPrescription: onPrescription,
    routePrescription: { ...onPrescription, pharmacyId: ids.pharmacy },
    holdPrescription: { ...onPrescription, reason },
    releasePrescription: onPrescription,
    stopPrescription: { prescriptionId: the('Prescription', 'replaced'), reason },
    cancelPrescription: { ...onPrescription, reason },
    recordDispense: { ...onPrescription, quantity: 10_000 },
    updateDispense: { dispenseId: the('Dispense'), status: 'IN_PROGRESS' },

    setPrice: { serviceCode: 'tried', amount: dollars(1), effectiveFrom: far },
    recordCoverage: { ...onPatient, payerOrganizationId: ids.payer, memberId: 'Tried', periodStart: '2020-01-01' },
    cancelCoverage: { coverageId: the('Coverage') },
    createInvoice: onPatient,
    issueInvoice: onPatient,
    cancelInvoice: { invoiceId: the('Invoice'), reason },
    payInvoice: { invoiceId: the('Invoice'), amount: { amountMinor: 1, currency: 'EUR' }, paymentMethodToken: 'tok_success' },
    refundPayment: { paymentId: the('Payment'), amount: dollars(10_000_000), reason },
    waiveCharge: { chargeItemId: the('ChargeItem', 'waived'), reason },
    createClaim: { invoiceId: the('Invoice', 'second'), coverageId: the('Coverage') },
    submitClaim: { claimId: the('Claim') },
    cancelClaim: { claimId: the('Claim') },
    adjudicateClaim: { claimId: the('Claim'), outcome: 'COMPLETE' },
  };
}

/** Inputs for those who may, where it can be done once only. */
export const stepsDoneOnce = ({ addException }: KnownData): Readonly<Record<string, () => Promise<Record<string, unknown>>>> => ({
  removeAvailabilityException: async () => ({ exceptionId: await addException() }),
});
