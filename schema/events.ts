import { z } from 'zod';

/**
 * Every event of the system: who emits it, about which aggregate, what it says, who hears it. This and the SDL are all
 * that one subgraph knows of another. `npm run compose` writes the same as JSON Schema to schema/events.json for
 * services that are not written in TypeScript.
 *
 * Payloads carry ids, codes and times. What identifies a person (names, contact data, note texts) never travels in one.
 */

export const subgraphNames = ['patient', 'appointment', 'visit', 'prescription', 'billing'] as const;
export type SubgraphName = (typeof subgraphNames)[number];

const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{26}$`));
const instant = z.iso.datetime({ precision: 3 });
/** Kinds of specially protected data that a record may tell of (HL7 v3 ActCode ETH, PSY, HIV). */
export const sensitivityCategories = ['SUBSTANCE_USE', 'PSYCHIATRIC', 'HIV'] as const;
export type SensitivityCategory = (typeof sensitivityCategories)[number];
/** What the record that the event is about tells of. Events from before there were labels say nothing. */
const sensitivities = z.array(z.enum(sensitivityCategories)).default([]);
const money = z.object({ amountMinor: z.int(), currency: z.string().length(3) });

const appointment = {
  appointmentId: id('apt'),
  patientId: id('pat'),
  practitionerId: id('prc'),
};
const appointmentTime = {
  ...appointment,
  healthcareServiceId: id('hcs'),
  /** Code of the visit type, also the key of the price list: `video-consult-20`. */
  serviceCode: z.string(),
  modality: z.enum(['VIDEO', 'IN_PERSON']),
  startsAt: instant,
  endsAt: instant,
  sensitivities,
};
/** What the cancellation or no-show policy asks for; null when nothing is due. */
const fee = money.nullable();

const visit = { visitId: id('vis'), appointmentId: id('apt'), patientId: id('pat'), practitionerId: id('prc') };

const proxyGrant = {
  grantId: id('prx'),
  patientId: id('pat'),
  proxyPatientId: id('pat'),
  /** The first day on which it no longer holds (a minor's 18th birthday); null when it holds until it is revoked. */
  endsOn: z.iso.date().nullable(),
};

const allergy = {
  allergyId: id('alg'),
  patientId: id('pat'),
  /** A substance: an ingredient (`ingredient:amoxicillin`), a drug class (`class:penicillins`) or anything else (`other:latex`). */
  substanceCode: z.string(),
  clinicalStatus: z.enum(['ACTIVE', 'INACTIVE', 'RESOLVED']).nullable(),
  verificationStatus: z.enum(['UNCONFIRMED', 'CONFIRMED', 'REFUTED', 'ENTERED_IN_ERROR']),
  criticality: z.enum(['LOW', 'HIGH', 'UNABLE_TO_ASSESS']),
};

const careTeamMember = { memberId: id('ctm'), patientId: id('pat'), practitionerId: id('prc') };

const breakGlass = { grantId: id('bgl'), patientId: id('pat'), practitionerId: id('prc') };

/** Who hides by consents or opens by a break-glass. */
const chartKeepers = ['appointment', 'visit', 'prescription', 'billing'] as const;

const prescription = { prescriptionId: id('rx'), patientId: id('pat'), practitionerId: id('prc'), visitId: id('vis').nullable() };
const invoice = { invoiceId: id('inv'), patientId: id('pat'), total: money };
const payment = { paymentId: id('pay'), invoiceId: id('inv'), patientId: id('pat'), amount: money };

/** Audit records with their seals, in the order of the chain: ids and codes, as in every payload. */
const auditRecords = {
  records: z
    .array(
      z.object({
        sequence: z.int().min(1),
        hash: z.string(),
        id: z.string().regex(/^\d+$/),
        recordedAt: instant,
        action: z.enum(['C', 'R', 'U', 'D', 'E']),
        outcome: z.enum(['SUCCESS', 'DENIED', 'FAILED']),
        subject: z.string(),
        role: z.string(),
        actor: z.string().nullable(),
        clientId: z.string().nullable(),
        purpose: z.string(),
        patientId: z.string().nullable(),
        /** `Type/id`. */
        entities: z.array(z.string()),
        entityCount: z.int(),
        address: z.string().nullable(),
        requestId: z.string(),
        operationHash: z.string().nullable(),
        breakGlassGrantId: z.string().nullable(),
      }),
    )
    .min(1),
};

interface EventDefinition<Data extends z.ZodType = z.ZodType> {
  readonly source: SubgraphName;
  /** The GraphQL type whose id is the subject; events are in order per aggregate. */
  readonly aggregate: string;
  readonly data: Data;
  readonly consumers: readonly SubgraphName[];
}

const event = <Fields extends z.ZodRawShape>(
  source: SubgraphName,
  aggregate: string,
  fields: Fields,
  consumers: readonly SubgraphName[],
): EventDefinition<z.ZodObject<Fields>> => ({ source, aggregate, data: z.object(fields), consumers });

export const eventDefinitions = {
  'patient.registered': event('patient', 'Patient', { patientId: id('pat') }, ['appointment', 'billing']),
  'patient.updated': event('patient', 'Patient', { patientId: id('pat') }, []),
  'patient.proxyGranted': event('patient', 'Patient', proxyGrant, ['appointment', 'visit', 'prescription', 'billing']),
  'patient.proxyRevoked': event('patient', 'Patient', proxyGrant, ['appointment', 'visit', 'prescription', 'billing']),
  'allergy.recorded': event('patient', 'AllergyIntolerance', allergy, ['prescription']),
  'allergy.updated': event('patient', 'AllergyIntolerance', allergy, ['prescription']),
  /** From now on it counts, within its period. All of it: who hides by it asks nobody else. */
  'consent.activated': event(
    'patient',
    'Consent',
    {
      consentId: id('con'),
      patientId: id('pat'),
      provision: z.enum(['PERMIT', 'DENY']),
      scope: z.enum(['ADR', 'RESEARCH', 'PATIENT_PRIVACY', 'TREATMENT']),
      /** Empty: for all purposes. */
      purposes: z.array(z.enum(['TREATMENT', 'PAYMENT', 'OPERATIONS', 'RESEARCH'])),
      /** Empty: about the chart as a whole. */
      sensitivities: z.array(z.enum(sensitivityCategories)),
      /** The only practitioner it is about; null: all. */
      practitionerId: id('prc').nullable(),
      periodStart: instant.nullable(),
      periodEnd: instant.nullable(),
    },
    chartKeepers,
  ),
  'consent.revoked': event('patient', 'Consent', { consentId: id('con'), patientId: id('pat') }, chartKeepers),
  'careTeam.memberAdded': event('patient', 'CareTeamMember', careTeamMember, ['appointment', 'visit', 'prescription']),
  'careTeam.memberRemoved': event('patient', 'CareTeamMember', careTeamMember, ['appointment', 'visit', 'prescription']),
  /** The alert for the privacy officer. The reason stays where it was written. Ends at `expiresAt` without a further event. */
  'breakGlass.opened': event('patient', 'BreakGlassGrant', { ...breakGlass, openedAt: instant, expiresAt: instant }, chartKeepers),
  /** Ended by somebody before its time. */
  'breakGlass.ended': event('patient', 'BreakGlassGrant', { ...breakGlass, endedAt: instant }, chartKeepers),

  'appointment.requested': event('appointment', 'Appointment', appointmentTime, []),
  'appointment.booked': event('appointment', 'Appointment', appointmentTime, ['patient', 'visit', 'prescription']),
  'appointment.rescheduled': event('appointment', 'Appointment', { ...appointmentTime, previousStartsAt: instant }, [
    'patient',
    'visit',
    'prescription',
  ]),
  'appointment.arrived': event('appointment', 'Appointment', appointment, []),
  'appointment.checkedIn': event('appointment', 'Appointment', appointment, []),
  'appointment.fulfilled': event(
    'appointment',
    'Appointment',
    { ...appointment, serviceCode: z.string(), modality: z.enum(['VIDEO', 'IN_PERSON']), startsAt: instant, sensitivities },
    ['billing'],
  ),
  'appointment.cancelled': event('appointment', 'Appointment', { ...appointment, reasonCode: z.string(), late: z.boolean(), fee }, [
    'patient',
    'visit',
    'prescription',
    'billing',
  ]),
  'appointment.noShow': event('appointment', 'Appointment', { ...appointment, fee }, ['patient', 'visit', 'prescription', 'billing']),

  'visit.planned': event('visit', 'Visit', { ...visit, plannedStartAt: instant, plannedEndAt: instant, sensitivities }, ['prescription']),
  'visit.patientArrived': event('visit', 'Visit', visit, ['appointment', 'prescription']),
  'visit.started': event('visit', 'Visit', visit, ['patient', 'appointment', 'prescription']),
  'visit.paused': event('visit', 'Visit', visit, ['prescription']),
  'visit.resumed': event('visit', 'Visit', visit, ['prescription']),
  'visit.finished': event('visit', 'Visit', { ...visit, serviceCode: z.string(), startedAt: instant, endedAt: instant, sensitivities }, [
    'appointment',
    'prescription',
    'billing',
  ]),
  'visit.cancelled': event('visit', 'Visit', visit, ['appointment', 'prescription']),
  'note.signed': event('visit', 'Visit', { ...visit, noteId: id('nte') }, []),
  'note.addendumAdded': event('visit', 'Visit', { ...visit, noteId: id('nte') }, []),

  'prescription.drafted': event('prescription', 'Prescription', prescription, []),
  'prescription.signed': event('prescription', 'Prescription', { ...prescription, signedAt: instant, contentHash: z.string() }, []),
  /** The pharmacy that has the signed prescription from now on, until it is cancelled, stopped, completed or routed to another one. */
  'prescription.routed': event('prescription', 'Prescription', { ...prescription, pharmacyId: id('phm') }, ['patient']),
  'prescription.held': event('prescription', 'Prescription', prescription, []),
  'prescription.released': event('prescription', 'Prescription', prescription, []),
  'prescription.stopped': event('prescription', 'Prescription', prescription, ['patient']),
  'prescription.cancelled': event('prescription', 'Prescription', prescription, ['patient']),
  'prescription.completed': event('prescription', 'Prescription', prescription, ['patient']),

  'charge.created': event('billing', 'ChargeItem', { chargeItemId: id('chg'), patientId: id('pat'), amount: money }, []),
  'invoice.issued': event('billing', 'Invoice', invoice, []),
  'invoice.balanced': event('billing', 'Invoice', invoice, []),
  'invoice.cancelled': event('billing', 'Invoice', invoice, []),
  'payment.succeeded': event('billing', 'Invoice', payment, []),
  'payment.failed': event('billing', 'Invoice', payment, []),
  'refund.succeeded': event('billing', 'Invoice', { ...payment, refundId: id('rfd') }, []),

  // Who looked at what and changed what in each service: gathered where patients and the privacy officer ask for it.
  'appointment.audited': event('appointment', 'AuditEvent', auditRecords, ['patient']),
  'visit.audited': event('visit', 'AuditEvent', auditRecords, ['patient']),
  'prescription.audited': event('prescription', 'AuditEvent', auditRecords, ['patient']),
  'billing.audited': event('billing', 'AuditEvent', auditRecords, ['patient']),
} as const;

export type EventType = keyof typeof eventDefinitions;
export type EventData<T extends EventType> = z.infer<(typeof eventDefinitions)[T]['data']>;
/** The same as it may come: from a service of before, without the fields that have a default. */
export type IncomingEventData<T extends EventType> = z.input<(typeof eventDefinitions)[T]['data']>;

/** A CloudEvents 1.0 envelope (JSON format) with the extensions this system needs. */
export interface EventEnvelope<T extends EventType = EventType> {
  specversion: '1.0';
  /** `evt_…`, unique: a consumer takes each in once. */
  id: string;
  /** The subgraph that emitted it. */
  source: SubgraphName;
  type: T;
  /** Id of the aggregate. */
  subject: string;
  /** RFC 3339, UTC. */
  time: string;
  datacontenttype: 'application/json';
  data: EventData<T>;
  /** Extension "sequence": counts the events of this aggregate to this consumer from 1 without gaps. */
  sequence: number;
  /** Extension: the request or event that caused this one. */
  causationid: string;
}

/** Events that a subgraph must handle: what its `events.ts` is checked against. */
export const eventsHeardBy = (name: SubgraphName): EventType[] =>
  (Object.keys(eventDefinitions) as EventType[]).filter((type) => (eventDefinitions[type].consumers as readonly string[]).includes(name));
