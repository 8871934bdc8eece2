import { newId } from '#chassis/ids.ts';
import type { CallerSpec, TestCaller, TestSubgraph } from '#chassis/testing/test-subgraph.ts';
import { testSubgraph } from '#chassis/testing/test-subgraph.ts';
import type { UserError } from '#chassis/errors.ts';
import type { Subgraph } from '#chassis/subgraph.ts';
import { demoPharmacies } from '../catalogue/pharmacies.ts';
import { stableId } from '../catalogue/stable-id.ts';
import type { PrescriptionContext } from '../context.ts';
import { createPrescriptionSubgraph } from '../server.ts';

export type Graph = TestSubgraph<Subgraph<PrescriptionContext>>;

export const startGraph = (): Promise<Graph> => testSubgraph('prescription', createPrescriptionSubgraph);

/** Id of a medication of the catalogue by its code without `rx-`. */
export const medicationId = (code: string): string => stableId('med', `rx-${code}`);

const pharmacyNamed = (name: string): string => demoPharmacies.find((pharmacy) => pharmacy.name === name)?.id ?? '';
/** Takes everything. */
export const ablePharmacy = pharmacyNamed('Harbor Lane Pharmacy');
/** Takes new prescriptions only. */
export const newOnlyPharmacy = pharmacyNamed('Night Owl Pharmacy');

export interface Case {
  readonly patientId: string;
  readonly practitionerId: string;
  readonly visitId: string;
  readonly appointmentId: string;
  readonly patient: TestCaller;
  readonly practitioner: TestCaller;
  allergy(substanceCode: string, fields?: Partial<AllergyFields>): Promise<string>;
  visit(type: 'visit.started' | 'visit.paused' | 'visit.resumed' | 'visit.patientArrived' | 'visit.cancelled'): Promise<void>;
  finishVisit(): Promise<void>;
}

interface AllergyFields {
  allergyId: string;
  type: 'allergy.recorded' | 'allergy.updated';
  clinicalStatus: 'ACTIVE' | 'INACTIVE' | 'RESOLVED' | null;
  verificationStatus: 'UNCONFIRMED' | 'CONFIRMED' | 'REFUTED' | 'ENTERED_IN_ERROR';
  criticality: 'LOW' | 'HIGH' | 'UNABLE_TO_ASSESS';
}

/** A patient with a practitioner in a call, as this service hears of them. */
export async function givenCall(graph: Graph): Promise<Case> {
  const [patientId, practitionerId, visitId, appointmentId] = [newId('pat'), newId('prc'), newId('vis'), newId('apt')];
  const startsAt = new Date().toISOString();
  const visit = { visitId, appointmentId, patientId, practitionerId };
  await graph.receive('appointment.booked', appointmentId, {
    appointmentId,
    patientId,
    practitionerId,
    healthcareServiceId: newId('hcs'),
    serviceCode: 'video-consult-20',
    modality: 'VIDEO',
    startsAt,
    endsAt: startsAt,
  });
  await graph.receive('visit.planned', visitId, { ...visit, plannedStartAt: startsAt, plannedEndAt: startsAt });
  await graph.receive('visit.started', visitId, visit);
  await graph.heardFrom('patient', 'visit');
  return {
    patientId,
    practitionerId,
    visitId,
    appointmentId,
    patient: graph.as({ role: 'PATIENT', patientId }),
    practitioner: graph.as({ role: 'PRACTITIONER', practitionerId }),
    async allergy(substanceCode, fields = {}) {
      const { type = 'allergy.recorded', ...rest } = fields;
      const allergyId = fields.allergyId ?? newId('alg');
      await graph.receive(type, allergyId, {
        patientId,
        substanceCode,
        clinicalStatus: 'ACTIVE',
        verificationStatus: 'CONFIRMED',
        criticality: 'HIGH',
        ...rest,
        allergyId,
      });
      return allergyId;
    },
    async visit(type) {
      await graph.receive(type, visitId, visit);
    },
    async finishVisit() {
      await graph.receive('visit.finished', visitId, { ...visit, serviceCode: 'video-consult-20', startedAt: startsAt, endedAt: startsAt });
    },
  };
}

export interface Issue {
  id: string;
  code: string;
  severity: string;
  detail: string;
  source: string;
  implicated: string[];
  mitigation: { reason: string } | null;
}

export interface Prescribed {
  id: string;
  status: string;
  statusReason: string | null;
  quantityDispensed: number;
  detectedIssues: Issue[];
  history: { status: string }[];
}

export interface Answer {
  prescription: Prescribed | null;
  userErrors: UserError[];
}

const fields = `
  prescription {
    id status statusReason quantityDispensed
    detectedIssues { id code severity detail source implicated mitigation { reason } }
    history { status }
  }
  userErrors { code message path retryable currentState allowedStates }`;

let keys = 0;
export const freshKey = (): string => `key-${(keys += 1)}`;

/** Calls a mutation that answers with a prescription; a fresh idempotency key unless the input brings one. */
export async function mutatePrescription(caller: TestCaller, mutation: string, input: Record<string, unknown>): Promise<Answer> {
  const type = `${mutation.charAt(0).toUpperCase()}${mutation.slice(1)}Input`;
  const data = await caller.execute<{ answer: Answer }>(
    `mutation ($input: ${type}!) { answer: ${mutation}(input: $input) { ${fields} } }`,
    {
      input: { idempotencyKey: freshKey(), ...input },
    },
  );
  return data.answer;
}

export const dosage = { doseAmount: '1', frequencyPerDay: 3, durationDays: 7 };

/** Input of an ordinary draft: amoxicillin for a week. */
export const amoxicillin = { medicationId: medicationId('amoxicillin-500mg-capsule'), dosage, quantity: 21 };

export const draft = (caller: TestCaller, input: Record<string, unknown>): Promise<Answer> =>
  mutatePrescription(caller, 'draftPrescription', { ...amoxicillin, ...input });

/** The prescription of an answer that must not be a refusal. */
export function accepted({ prescription, userErrors }: Answer): Prescribed {
  if (!prescription || userErrors.length > 0) throw new Error(`it was refused: ${JSON.stringify(userErrors)}`);
  return prescription;
}

/** A signed prescription for the patient of the call, written outside of the visit. */
export async function givenSigned({ practitioner, patientId }: Case, input: Record<string, unknown> = {}): Promise<string> {
  const { id } = accepted(await draft(practitioner, { patientId, ...input }));
  await mutatePrescription(practitioner, 'overrideDetectedIssue', { prescriptionId: id, reason: 'benefit outweighs the risk' });
  accepted(await mutatePrescription(practitioner, 'signPrescription', { prescriptionId: id }));
  return id;
}

export const pharmacist = (graph: Graph, organizationId: string): TestCaller =>
  graph.as({ role: 'PHARMACY', organizationId } satisfies CallerSpec);
