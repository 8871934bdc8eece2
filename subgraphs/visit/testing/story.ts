import { newId } from '#chassis/ids.ts';
import { testSubgraph, type TestCaller, type TestSubgraph } from '#chassis/testing/test-subgraph.ts';
import type { EventData } from '#schema/events.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import type { VisitContext } from '../context.ts';
import { createVisitSubgraph } from '../server.ts';

export interface UserErrorView {
  code: string;
  path: string[];
  currentState?: string | null;
  allowedStates?: string[] | null;
}

type StepName = 'enterWaitingRoom' | 'admitPatient' | 'leaveVisit' | 'returnToVisit' | 'finishVisit' | 'cancelVisit';
export interface StepAnswer {
  visit: { id: string; status: string } | null;
  userErrors: UserErrorView[];
}

type Booking = EventData<'appointment.booked'>;

/** A visit subgraph with people who act in it, and verbs that read like the story of a visit. */
export interface Story extends AsyncDisposable {
  readonly graph: TestSubgraph<Subgraph<VisitContext>>;
  readonly patientId: string;
  readonly practitionerId: string;
  readonly patient: TestCaller;
  readonly practitioner: TestCaller;
  readonly frontDesk: TestCaller;
  /** Books an appointment by event; a video call of the story's people unless told otherwise. */
  book(overrides?: Partial<Booking>): Promise<Booking>;
  /** The same, and the id of the visit it made. */
  plan(overrides?: Partial<Booking>): Promise<Booking & { visitId: string }>;
  step(as: TestCaller, name: StepName, input: Record<string, unknown>): Promise<StepAnswer>;
  /** Plans a visit and takes it to this status. */
  visitThatIs(status: 'PLANNED' | 'ARRIVED' | 'IN_PROGRESS' | 'ONLEAVE' | 'FINISHED' | 'CANCELLED'): Promise<Booking & { visitId: string }>;
  proxyOf(patientId: string): Promise<TestCaller & { personId: string; grantId: string }>;
}

let keys = 0;

export const key = (): string => `key-${++keys}`;

const stepDocument = (name: StepName): string => `
  mutation ($input: ${name[0]?.toUpperCase()}${name.slice(1)}Input!) {
    ${name}(input: $input) { visit { id status } userErrors { code path currentState allowedStates } }
  }`;

const hour = 3_600_000;

export async function visitStory(): Promise<Story> {
  const graph = await testSubgraph('visit', createVisitSubgraph);
  const patientId = newId('pat');
  const practitionerId = newId('prc');
  const patient = graph.as({ role: 'PATIENT', patientId });
  const practitioner = graph.as({ role: 'PRACTITIONER', practitionerId });
  const frontDesk = graph.as({ role: 'FRONT_DESK' });

  const story: Story = {
    graph,
    patientId,
    practitionerId,
    patient,
    practitioner,
    frontDesk,
    async book(overrides = {}) {
      const startsAt = overrides.startsAt ?? new Date(Date.now() + hour).toISOString();
      const booking: Booking = {
        appointmentId: newId('apt'),
        patientId,
        practitionerId,
        healthcareServiceId: newId('hcs'),
        serviceCode: 'video-consult-20',
        modality: 'VIDEO',
        sensitivities: [],
        startsAt,
        endsAt: new Date(Date.parse(startsAt) + hour / 3).toISOString(),
        ...overrides,
      };
      await graph.receive('appointment.booked', booking.appointmentId, booking);
      return booking;
    },
    async plan(overrides) {
      const booking = await story.book(overrides);
      const planned = (await graph.emitted('visit.planned')).find(({ data }) => data.appointmentId === booking.appointmentId);
      if (!planned) throw new Error('no visit was planned');
      return { ...booking, visitId: planned.subject };
    },
    async step(as, name, input) {
      const answer = await as.execute<Record<StepName, StepAnswer>>(stepDocument(name), { input: { idempotencyKey: key(), ...input } });
      return answer[name];
    },
    async visitThatIs(status) {
      const visit = await story.plan();
      const { visitId } = visit;
      const go = async (as: TestCaller, name: StepName, more = {}) => {
        const { userErrors } = await story.step(as, name, { visitId, ...more });
        if (userErrors.length > 0) throw new Error(`${name} was refused: ${JSON.stringify(userErrors)}`);
      };
      if (status === 'CANCELLED') await go(frontDesk, 'cancelVisit', { reason: 'OTHER' });
      if (status === 'PLANNED' || status === 'CANCELLED') return visit;
      await go(patient, 'enterWaitingRoom');
      if (status === 'ARRIVED') return visit;
      await go(practitioner, 'admitPatient');
      if (status === 'ONLEAVE') await go(patient, 'leaveVisit');
      if (status === 'FINISHED') await go(practitioner, 'finishVisit');
      return visit;
    },
    async proxyOf(ofPatientId) {
      const personId = newId('pat');
      const grantId = newId('prx');
      await graph.receive('patient.proxyGranted', ofPatientId, { grantId, patientId: ofPatientId, proxyPatientId: personId, endsOn: null });
      return { ...graph.as({ role: 'PATIENT', patientId: personId }), personId, grantId };
    },
    [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose](),
  };
  return story;
}
