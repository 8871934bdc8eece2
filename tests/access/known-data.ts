import { eventually as within } from '#chassis/testing/eventually.ts';
import { newId } from '#chassis/ids.ts';
import { attempt, findSlots, mutation, openHospital, type Clients, type Hospital } from '../hospital.ts';
import type { PersonaName } from '../../router/personas.ts';
import type { OpenGraph } from './graph.ts';
import { callerAs, type Ids } from './people.ts';

// One patient and everything that a graph can know of a patient, made through the graph itself. Every field has a value somewhere.

export interface KnownData {
  readonly ids: Ids;
  /** Of each type, the things of the patient by what is special about them; '' is the ordinary one. */
  readonly things: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Things that are special in the same way as one of those, by id. */
  readonly alike: ReadonlyMap<string, string>;
  /** Things of other people: nobody's cells. */
  readonly strangers: ReadonlySet<string>;
  /** Arguments of root fields that ask for no id. */
  readonly rootArguments: Readonly<Record<string, string>>;
  /** Arguments of subscriptions, by what is special about asking so. */
  /** Makes another exception of the practitioner's hours; gives its id. */
  readonly addException: () => Promise<string>;
  readonly subscriptionArguments: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

interface Made {
  id: string;
}

/** However busy the machine is. */
const eventually: typeof within = (ask, accept) => within(ask, accept, 60_000);

export async function fillGraph(graph: OpenGraph): Promise<KnownData> {
  const clients: Clients = { as: async (persona: PersonaName, id?: string) => graph.client(callerAs(persona, id)) };
  const [hospital, elsewhere, far, careTeam, emergency] = await Promise.all([
    openHospital(clients),
    openHospital(clients),
    openHospital(clients),
    openHospital(clients),
    openHospital(clients),
  ]);
  const payer = newId('org');
  const [desk, biller] = [await clients.as('frontdesk'), await clients.as('biller')];
  const own = await clients.as('practitioner', hospital.practitionerId);
  await mutation(desk, 'setAvailability', 'schedule { id }', {
    practitionerId: hospital.practitionerId,
    rules: ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'].map((dayOfWeek) => ({
      dayOfWeek,
      startTime: '00:00',
      endTime: '00:00',
      validFrom: '2020-01-01',
      validTo: '2099-12-31',
    })),
  });

  const register = async (given: string, birthDate: string, more = {}): Promise<string> => {
    const input = { name: { given: [given], family: 'Known' }, birthDate, gender: 'FEMALE', ...more };
    return (await mutation<{ patient: Made }>(desk, 'registerPatient', 'patient { id }', input)).patient.id;
  };
  const [patientId, proxyId, otherId, childId] = await Promise.all([
    register('Ada', '1980-05-17', {
      address: [{ line: ['1 Known Way'], city: 'Springfield', state: 'IL', postalCode: '62701', country: 'US' }],
      telecom: [{ system: 'EMAIL', value: 'ada@example.org' }],
      identifiers: [{ system: 'urn:example:mrn', value: 'known-1' }],
    }),
    register('Petra', '1979-01-02'),
    register('Olga', '1990-03-04'),
    register('Cleo', '2020-06-07'),
  ]);
  const patient = await clients.as('patient', patientId);

  const grant = (
    await mutation<{ proxyGrant: Made }>(patient, 'grantProxy', 'proxyGrant { id }', {
      patientId,
      proxyPatientId: proxyId,
      proxyBirthDate: '1979-01-02',
      relationship: 'SPOUSE',
      endsOn: '2099-12-31',
    })
  ).proxyGrant.id;
  const grantAsProxy = (
    await mutation<{ proxyGrant: Made }>(desk, 'grantProxy', 'proxyGrant { id }', {
      patientId: childId,
      proxyPatientId: patientId,
      relationship: 'PARENT',
    })
  ).proxyGrant.id;
  const ended = (
    await mutation<{ proxyGrant: Made }>(patient, 'grantProxy', 'proxyGrant { id }', {
      patientId,
      proxyPatientId: otherId,
      proxyBirthDate: '1990-03-04',
      relationship: 'SIBLING',
    })
  ).proxyGrant.id;
  await mutation(patient, 'revokeProxy', 'proxyGrant { id }', { proxyGrantId: ended });

  const coverage = (
    await mutation<{ coverage: Made }>(biller, 'recordCoverage', 'coverage { id }', {
      patientId,
      payerOrganizationId: payer,
      memberId: 'M-KNOWN',
      periodStart: '2020-01-01',
      periodEnd: '2099-12-31',
    })
  ).coverage.id;

  const book = async (at: Hospital, later: number): Promise<string> => {
    const slots = await findSlots(desk, at, 100);
    const slot = slots[later];
    if (!slot) throw new Error('no such free time');
    const booked = await eventually(
      () =>
        attempt<{ appointment: Made | null }>(desk, 'bookAppointment', 'appointment { id }', {
          patientId,
          practitionerId: at.practitionerId,
          healthcareServiceId: at.healthcareServiceId,
          startsAt: slot.startsAt,
          reason: 'A known complaint',
        }),
      ({ userErrors }) => userErrors.every(({ code }) => code !== 'PATIENT_UNKNOWN'),
    );
    if (!booked.appointment) throw new Error(JSON.stringify(booked.userErrors));
    return booked.appointment.id;
  };
  const [appointment, appointmentElsewhere, cancelledAppointment] = await Promise.all([
    book(hospital, 2),
    book(elsewhere, 40),
    book(hospital, 60),
  ]);

  const allergy = (
    await eventually(
      () =>
        attempt<{ allergy: Made | null }>(own, 'recordAllergy', 'allergy { id }', {
          patientId,
          substanceCode: 'class:penicillins',
          substanceText: 'Penicillins',
          criticality: 'HIGH',
          category: 'MEDICATION',
          onsetDate: '2001-02-03',
          note: 'Known since childhood',
          reactions: [{ manifestation: 'Hives', severity: 'SEVERE' }],
        }),
      ({ allergy: made }) => made !== null,
    )
  ).allergy?.id as string;
  const consent = (
    await mutation<{ consent: Made }>(patient, 'grantConsent', 'consent { id }', {
      patientId,
      scope: 'RESEARCH',
      provision: 'PERMIT',
      purposes: ['RESEARCH'],
      sensitivities: ['HIV'],
      practitionerId: hospital.practitionerId,
      periodStart: '2020-01-01T00:00:00Z',
      periodEnd: '2099-12-31T00:00:00Z',
    })
  ).consent.id;
  const joinCareTeam = async (): Promise<string> => {
    const input = { patientId, practitionerId: careTeam.practitionerId };
    return (await mutation<{ careTeamMember: Made }>(patient, 'addCareTeamMember', 'careTeamMember { id }', input)).careTeamMember.id;
  };
  const formerMember = await joinCareTeam();
  await mutation(patient, 'removeCareTeamMember', 'careTeamMember { id }', { careTeamMemberId: formerMember });
  const careTeamMember = await joinCareTeam();
  const added = await eventually(
    () =>
      attempt<{ careTeamMember: Made | null }>(own, 'addCareTeamMember', 'careTeamMember { id }', {
        patientId,
        practitionerId: far.practitionerId,
      }),
    ({ careTeamMember: made }) => made !== null,
  );
  const addedByColleague = added.careTeamMember?.id ?? '';
  await mutation(patient, 'removeCareTeamMember', 'careTeamMember { id }', { careTeamMemberId: addedByColleague });
  const inEmergency = await clients.as('practitioner', emergency.practitionerId);
  const breakTheGlass = async (): Promise<string> => {
    const input = { patientId, reason: 'Unconscious, brought in by ambulance' };
    return (await mutation<{ grant: Made }>(inEmergency, 'breakGlass', 'grant { id }', input)).grant.id;
  };
  const endedBreakGlass = await breakTheGlass();
  await mutation(inEmergency, 'endBreakGlass', 'grant { id }', { grantId: endedBreakGlass });
  const breakGlass = await breakTheGlass();
  const waitlistEntry = (
    await mutation<{ waitlistEntry: Made }>(desk, 'joinWaitlist', 'waitlistEntry { id }', {
      patientId,
      healthcareServiceId: hospital.healthcareServiceId,
      practitionerId: hospital.practitionerId,
      earliestStart: new Date(Date.now() + 86_400_000).toISOString(),
      latestStart: new Date(Date.now() + 5 * 86_400_000).toISOString(),
    })
  ).waitlistEntry.id;

  const visitOf = async (appointmentId: string): Promise<string> => {
    const found = await eventually(
      () =>
        desk.request<{ appointment: { visit: Made | null } }>('query ($id: ID!) { appointment(id: $id) { visit { id } } }', {
          id: appointmentId,
        }),
      (answer) => answer.appointment.visit !== null,
    );
    return found.appointment.visit?.id ?? '';
  };
  const visit = await visitOf(appointment);
  await mutation(patient, 'enterWaitingRoom', 'visit { id }', { visitId: visit });
  await mutation(own, 'admitPatient', 'visit { id }', { visitId: visit });
  const words = { subjective: 'Known S', objective: 'Known O', assessment: 'Known A', plan: 'Known P' };
  const note = (await mutation<{ note: Made }>(own, 'saveNoteDraft', 'note { id }', { visitId: visit, ...words })).note.id;

  const [pharmacy, otherPharmacy] = [await registerPharmacy('1'), await registerPharmacy('2')];
  async function registerPharmacy(number: string): Promise<string> {
    const input = {
      name: `Known Pharmacy ${number}`,
      ncpdpId: `990000${number}`,
      city: 'Springfield',
      state: 'IL',
      capabilities: ['NEW', 'REFILL', 'CHANGE', 'CANCEL', 'CONTROLLED'],
    };
    return (await mutation<{ pharmacy: Made }>(desk, 'registerPharmacy', 'pharmacy { id }', input)).pharmacy.id;
  }
  const medicationNamed = async (search: string): Promise<string> => {
    const { medications } = await own.request<{ medications: { edges: { node: Made }[] } }>(
      'query ($search: String) { medications(search: $search, first: 1) { edges { node { id } } } }',
      { search },
    );
    return medications.edges[0]?.node.id ?? '';
  };
  const draft = async (medication: string, more: Record<string, unknown>) => {
    const answer = await eventually(
      () =>
        attempt<{ prescription: { id: string; detectedIssues: { id: string; code: string; severity: string }[] } | null }>(
          own,
          'draftPrescription',
          'prescription { id detectedIssues { id code severity } }',
          {
            medicationId: medication,
            quantity: 21,
            refills: 1,
            note: 'A known note',
            dosage: { doseAmount: '1', frequencyPerDay: 3, durationDays: 7, instructions: 'With water' },
            ...more,
          },
        ),
      ({ prescription }) => prescription !== null,
    );
    return answer.prescription as NonNullable<typeof answer.prescription>;
  };
  const sign = async (prescriptionId: string): Promise<void> => {
    await attempt(own, 'overrideDetectedIssue', 'detectedIssues { id }', { prescriptionId, reason: 'Tolerated last year; known' });
    await mutation(own, 'signPrescription', 'prescription { id }', { prescriptionId });
  };
  const amoxicillin = await medicationNamed('amoxicillin');
  const signed = await draft(amoxicillin, { visitId: visit, pharmacyId: pharmacy });
  await sign(signed.id);
  const replacing = await draft(amoxicillin, { visitId: visit, pharmacyId: pharmacy, priorPrescriptionId: signed.id });
  await sign(replacing.id);
  const twice = await draft(amoxicillin, { pharmacyId: pharmacy, patientId });
  await sign(twice.id);
  const drafted = await draft(amoxicillin, { visitId: visit, pharmacyId: pharmacy });
  const pharmacist = await clients.as('pharmacy', pharmacy);
  const dispense = async (prescriptionId: string, status: string, reason?: string) => {
    const made = await mutation<{ dispense: Made }>(pharmacist, 'recordDispense', 'dispense { id }', { prescriptionId, quantity: 7 });
    const steps = status === 'COMPLETED' ? ['IN_PROGRESS', 'COMPLETED'] : [status];
    for (const step of steps)
      await mutation(pharmacist, 'updateDispense', 'dispense { id }', { dispenseId: made.dispense.id, status: step, reason });
    return made.dispense.id;
  };
  const dispensed = await dispense(replacing.id, 'COMPLETED');
  const declined = await dispense(replacing.id, 'DECLINED', 'Out of stock');
  await mutation(own, 'holdPrescription', 'prescription { id }', { prescriptionId: replacing.id, reason: 'Known to be on hold' });

  await mutation(own, 'finishVisit', 'visit { id }', { visitId: visit });
  await mutation(own, 'signNote', 'note { id }', { noteId: note });
  await mutation(own, 'addNoteAddendum', 'note { id }', { noteId: note, text: 'A known addendum' });
  const openVisit = await visitOf(await book(hospital, 4));
  await mutation(patient, 'enterWaitingRoom', 'visit { id }', { visitId: openVisit });
  await mutation(own, 'admitPatient', 'visit { id }', { visitId: openVisit });
  const noteDraft = (await mutation<{ note: Made }>(own, 'saveNoteDraft', 'note { id }', { visitId: openVisit, ...words })).note.id;
  const cancelledVisit = await visitOf(cancelledAppointment);

  const addException = async (): Promise<string> => {
    const input = {
      practitionerId: hospital.practitionerId,
      kind: 'TIME_OFF',
      startsOn: '2099-01-01',
      endsOn: '2099-01-02',
      startTime: '08:00',
      endTime: '12:00',
      reason: 'A known holiday',
    };
    const { schedule } = await mutation<{ schedule: { exceptions: { edges: { node: Made }[] } } }>(
      desk,
      'addAvailabilityException',
      'schedule { exceptions { edges { node { id } } } }',
      input,
    );
    return (
      schedule.exceptions.edges
        .map(({ node }) => node.id)
        .sort()
        .at(-1) ?? ''
    );
  };
  const exception = await addException();

  const charged = (field: 'visit' | 'appointment', id: string) =>
    eventually(
      async () =>
        (
          await patient.request<Record<string, { charges: Made[] | null }>>(
            `query ($id: ID!) { it: ${field}(id: $id) { charges { id } } }`,
            { id },
          )
        ).it?.charges ?? [],
      (charges) => charges.length > 0,
    );
  const [charge] = await charged('visit', visit);
  const invoice = (await mutation<{ invoice: Made }>(biller, 'issueInvoice', 'invoice { id }', { patientId })).invoice.id;
  const pay = (amountMinor: number, paymentMethodToken: string) =>
    attempt<{ payment: Made | null }>(patient, 'payInvoice', 'payment { id }', {
      invoiceId: invoice,
      amount: { amountMinor, currency: 'USD' },
      paymentMethodToken,
    });
  const payment = (await pay(5_000, 'tok_success')).payment?.id as string;
  await pay(1_000, 'tok_decline');
  const refused = (await pay(2_000, 'tok_refund_decline')).payment?.id as string;
  const refund = async (paymentId: string) =>
    (
      await attempt<{ refund: Made }>(biller, 'refundPayment', 'refund { id }', {
        paymentId,
        amount: { amountMinor: 100, currency: 'USD' },
        reason: 'A known reason',
      })
    ).refund?.id;
  const refunded = await refund(payment);
  await refund(refused);
  const claim = (await mutation<{ claim: Made }>(biller, 'createClaim', 'claim { id }', { invoiceId: invoice, coverageId: coverage })).claim
    .id;
  await mutation(biller, 'submitClaim', 'claim { id }', { claimId: claim });
  await mutation(await clients.as('payer', payer), 'adjudicateClaim', 'claim { id }', {
    claimId: claim,
    outcome: 'PARTIAL',
    disposition: 'Known in part',
  });

  await mutation(patient, 'cancelAppointment', 'appointment { id }', {
    appointmentId: cancelledAppointment,
    reasonCode: 'PAT',
    note: 'A known cause',
  });
  const [fee] = await charged('appointment', cancelledAppointment);
  const cancelledInvoice = (await mutation<{ invoice: Made }>(biller, 'createInvoice', 'invoice { id }', { patientId })).invoice.id;
  await mutation(biller, 'cancelInvoice', 'invoice { id }', { invoiceId: cancelledInvoice, reason: 'A known mistake' });
  const issuedInvoice = (await mutation<{ invoice: Made }>(biller, 'issueInvoice', 'invoice { id }', { patientId })).invoice.id;
  const claimDraft = (
    await mutation<{ claim: Made }>(biller, 'createClaim', 'claim { id }', { invoiceId: issuedInvoice, coverageId: coverage })
  ).claim.id;
  const late = await book(hospital, 70);
  await mutation(patient, 'cancelAppointment', 'appointment { id }', { appointmentId: late, reasonCode: 'PAT' });
  const [waived] = await charged('appointment', late);
  await mutation(biller, 'waiveCharge', 'chargeItem { id }', { chargeItemId: waived?.id, reason: 'A known kindness' });
  const later = await book(hospital, 80);
  await mutation(patient, 'cancelAppointment', 'appointment { id }', { appointmentId: later, reasonCode: 'PAT' });
  await charged('appointment', later);
  const invoiceDraft = (await mutation<{ invoice: Made }>(biller, 'createInvoice', 'invoice { id }', { patientId })).invoice.id;

  const sensitive = await sensitiveVisit('HIV', 'dolutegravir', 90);
  await mutation(patient, 'grantConsent', 'consent { id }', {
    patientId,
    scope: 'PATIENT_PRIVACY',
    provision: 'PERMIT',
    sensitivities: ['PSYCHIATRIC'],
  });
  const consented = await sensitiveVisit('PSYCHIATRIC', 'sertraline', 95);

  /** A visit of a sensitive kind with a signed note, and a prescription that tells of the same. */
  async function sensitiveVisit(label: string, medication: string, slot: number) {
    const code = `known-${label.toLowerCase().replaceAll('_', '-')}`;
    const price = {
      serviceCode: code,
      amount: { amountMinor: 20_000, currency: 'USD' },
      effectiveFrom: '2020-01-01',
      effectiveTo: '2099-12-31',
    };
    await mutation(biller, 'setPrice', 'price { id }', price);
    const { healthcareService } = await mutation<{ healthcareService: Made }>(desk, 'createHealthcareService', 'healthcareService { id }', {
      code,
      name: `Known ${label}`,
      modality: 'VIDEO',
      durationMinutes: 15,
      gridMinutes: 5,
      sensitivities: [label],
      noShowFee: { amountMinor: 3_000, currency: 'USD' },
    });
    const healthcareServiceIds = [hospital.healthcareServiceId, healthcareService.id];
    await mutation(desk, 'setOfferedServices', 'practitioner { id }', { practitionerId: hospital.practitionerId, healthcareServiceIds });
    const booked = await book({ ...hospital, healthcareServiceId: healthcareService.id }, slot);
    const visitId = await visitOf(booked);
    await mutation(patient, 'enterWaitingRoom', 'visit { id }', { visitId });
    await mutation(own, 'admitPatient', 'visit { id }', { visitId });
    const noted = await mutation<{ note: Made }>(own, 'saveNoteDraft', 'note { id }', { visitId, ...words });
    const prescription = await draft(await medicationNamed(medication), { visitId, pharmacyId: pharmacy });
    await sign(prescription.id);
    await mutation(own, 'finishVisit', 'visit { id }', { visitId });
    await mutation(own, 'signNote', 'note { id }', { noteId: noted.note.id });
    const [chargeItem] = await charged('visit', visitId);
    return { appointment: booked, visit: visitId, note: noted.note.id, prescription, charge: chargeItem?.id ?? '' };
  }

  const balanced = await mutation<{ invoice: { id: string; totals: { balance: object } } }>(
    biller,
    'issueInvoice',
    'invoice { id totals { balance { amountMinor currency } } }',
    { patientId },
  );
  await mutation(patient, 'payInvoice', 'invoice { id }', {
    invoiceId: balanced.invoice.id,
    amount: balanced.invoice.totals.balance,
    paymentMethodToken: 'tok_success',
  });

  // Records of other services come a moment later.
  await eventually(
    () =>
      patient.request<{ patient: Record<string, { edges: unknown[] }> }>(
        'query ($id: ID!) { patient(id: $id) { accessHistory { edges { node { id } } } disclosures { edges { node { id } } } } }',
        { id: patientId },
      ),
    (answer) => Object.values(answer.patient).every(({ edges }) => edges.length > 0),
  );
  const [from, to] = [new Date().toISOString(), new Date(Date.now() + 86_400_000).toISOString()];
  const since = '2020-01-01T00:00:00Z';
  return {
    addException,
    subscriptionArguments: {
      visitUpdated: { '': `(visitId: "${visit}")` },
      breakGlassOpened: { '': '' },
      appointmentUpdated: {
        '': `(patientId: "${patientId}", since: "${since}")`,
        'of a practitioner': `(practitionerId: "${hospital.practitionerId}", since: "${since}")`,
      },
    },
    rootArguments: {
      auditEvents: `(filter: { subject: "${emergency.practitionerId}" })`,
      availableSlots: `(healthcareServiceId: "${hospital.healthcareServiceId}", from: "${from}", to: "${to}", first: 1)`,
      waitingRoom: `(practitionerId: "${hospital.practitionerId}")`,
    },
    ids: {
      patient: patientId,
      proxy: proxyId,
      otherPatient: otherId,
      ownPractitioner: hospital.practitionerId,
      treatingPractitioner: elsewhere.practitionerId,
      careTeamPractitioner: careTeam.practitionerId,
      emergencyPractitioner: emergency.practitionerId,
      strangePractitioner: far.practitionerId,
      pharmacy,
      otherPharmacy,
      payer,
    },
    alike: new Map([
      ...[signed, replacing, twice, sensitive.prescription, consented.prescription].flatMap(({ detectedIssues }) =>
        detectedIssues.filter(({ code }) => code !== 'ALLERGY').map(({ id }) => [id, 'other'] as const),
      ),
      ...drafted.detectedIssues.map(({ id }) => [id, 'draft'] as const),
    ]),
    strangers: new Set([proxyId, otherId, childId]),
    things: {
      Patient: { '': patientId },
      ProxyGrant: { '': grant, ended, 'as proxy': grantAsProxy },
      AllergyIntolerance: { '': allergy },
      Consent: { '': consent },
      CareTeamMember: { '': careTeamMember, former: formerMember, 'added by a colleague': addedByColleague },
      BreakGlassGrant: { '': breakGlass, ended: endedBreakGlass },
      Practitioner: { '': hospital.practitionerId },
      HealthcareService: { '': hospital.healthcareServiceId },
      AvailabilityException: { '': exception },
      Appointment: {
        '': appointment,
        cancelled: cancelledAppointment,
        elsewhere: appointmentElsewhere,
        sensitive: sensitive.appointment,
        consented: consented.appointment,
      },
      WaitlistEntry: { '': waitlistEntry },
      Visit: { '': visit, open: openVisit, cancelled: cancelledVisit, sensitive: sensitive.visit, consented: consented.visit },
      ClinicalNote: { '': note, draft: noteDraft, sensitive: sensitive.note, consented: consented.note },
      Medication: { '': amoxicillin },
      Pharmacy: { '': pharmacy },
      Prescription: {
        '': replacing.id,
        replaced: signed.id,
        twice: twice.id,
        draft: drafted.id,
        sensitive: sensitive.prescription.id,
        consented: consented.prescription.id,
      },
      DetectedIssue: {
        '': replacing.detectedIssues.find(({ code }) => code === 'ALLERGY')?.id ?? '',
        other: twice.detectedIssues.find(({ code }) => code !== 'ALLERGY')?.id ?? '',
      },
      Dispense: { '': dispensed, declined },
      Coverage: { '': coverage },
      ChargeItem: {
        '': charge?.id ?? '',
        fee: fee?.id ?? '',
        waived: waived?.id ?? '',
        sensitive: sensitive.charge,
        consented: consented.charge,
      },
      Invoice: {
        '': invoice,
        draft: invoiceDraft,
        'cancelled draft': cancelledInvoice,
        second: issuedInvoice,
        balanced: balanced.invoice.id,
      },
      Payment: { '': payment },
      Refund: { '': refunded },
      Claim: { '': claim, draft: claimDraft },
    },
  };
}
