import type { SensitivityCategory } from '#schema/events.ts';
import { newId } from '#chassis/ids.ts';
import { testSubgraph, type TestCaller, type TestSubgraphOptions } from '#chassis/testing/test-subgraph.ts';
import type { UserError } from '#chassis/errors.ts';
import type { BillingContext } from '../context.ts';
import { billingSubgraph, type BillingOptions } from '../server.ts';
import * as documents from './documents.ts';

/** Noon of a day on which everything in these tests happens. */
export const noon = new Date('2026-06-01T12:00:00.000Z');
export const later = (ms: number): Date => new Date(noon.getTime() + ms);

interface Money {
  amountMinor: number;
  currency: string;
}
export const usd = (amountMinor: number): Money => ({ amountMinor, currency: 'USD' });

export interface PaymentAnswer {
  payment: { id: string; status: string; amount: Money; failureCode: string | null } | null;
  invoice: { status: string; totals: { balance: Money; paid: Money; pending: Money; refunded: Money } } | null;
  userErrors: UserError[];
}
export interface InvoiceAnswer {
  invoice: {
    id: string;
    status: string;
    number: string | null;
    lines: { amount: Money }[];
    totals: { total: Money; balance: Money };
  } | null;
  userErrors: UserError[];
}

let keys = 0;
/** An idempotency key that was never used. */
export const newKey = (): string => `key-${++keys}`;

/** Billing on a real database, and builders for its people and things. */
export async function billing({ provider, times: given, ...options }: BillingOptions & TestSubgraphOptions = {}) {
  const times = { deadlineMs: 10_000, firstCheckMs: 1_000, ...given };
  const create = billingSubgraph({ ...(provider && { provider }), times });
  const graph = await testSubgraph('billing', create, { now: noon, ...options });
  const biller = graph.as({ role: 'BILLER' });

  const act = async <Answer>(caller: TestCaller, document: string, input: object): Promise<Answer> => {
    const data = await caller.execute<{ answer: Answer }>(document, { input: { idempotencyKey: newKey(), ...input } });
    return data.answer;
  };

  const kit = {
    graph,
    biller,
    act,
    patient: (patientId: string) => graph.as({ role: 'PATIENT', patientId }),
    /** The context of background work. */
    system: (): BillingContext => graph.subgraph.context({ caller: { role: 'SYSTEM', subject: 'test', scopes: [] }, requestId: 'test' }),

    /** Waits for the provider only briefly: for work whose answer does not come. Everything else gets the time it needs. */
    async impatiently<R>(work: () => Promise<R>): Promise<R> {
      const patience = times.deadlineMs;
      times.deadlineMs = 20;
      try {
        return await work();
      } finally {
        times.deadlineMs = patience;
      }
    },

    async registerPatient(): Promise<string> {
      const patientId = newId('pat');
      await graph.receive('patient.registered', patientId, { patientId });
      return patientId;
    },
    setPrice: (serviceCode: string, amountMinor: number, more: object = {}) =>
      act<{ price: object | null; pricedCharges: number; userErrors: UserError[] }>(biller, documents.setPrice, {
        serviceCode,
        amount: usd(amountMinor),
        effectiveFrom: '2026-01-01',
        ...more,
      }),
    async finishVisit(
      patientId: string,
      serviceCode = 'video-consult-20',
      startedAt = noon,
      appointmentId = newId('apt'),
      sensitivities: SensitivityCategory[] = [],
    ) {
      const visit = { visitId: newId('vis'), appointmentId, patientId, practitionerId: newId('prc') };
      const data = { ...visit, serviceCode, startedAt: startedAt.toISOString(), endedAt: startedAt.toISOString(), sensitivities };
      await graph.receive('visit.finished', visit.visitId, data);
      return data;
    },
    /** An appointment that took place, in person unless said otherwise. */
    async fulfil(
      patientId: string,
      appointmentId: string,
      told: { serviceCode?: string; modality?: 'IN_PERSON' | 'VIDEO'; startsAt?: Date } = {},
    ) {
      const { serviceCode = 'office-visit', modality = 'IN_PERSON', startsAt = noon } = told;
      const data = { appointmentId, patientId, practitionerId: newId('prc'), serviceCode, modality, startsAt: startsAt.toISOString() };
      await graph.receive('appointment.fulfilled', appointmentId, data);
    },
    /** A charge of this amount without a visit: the fee of an appointment. */
    async chargeFee(patientId: string, amountMinor: number, currency = 'USD', appointmentId = newId('apt')) {
      await graph.receive('appointment.noShow', appointmentId, {
        appointmentId,
        patientId,
        practitionerId: newId('prc'),
        fee: { amountMinor, currency },
      });
      return appointmentId;
    },
    issue: (input: object) => act<InvoiceAnswer>(biller, documents.issueInvoice, input),
    cancel: (invoiceId: string) => act<InvoiceAnswer>(biller, documents.cancelInvoice, { invoiceId, reason: 'test' }),
    pay: (invoiceId: string, input: object = {}, caller: TestCaller = biller) =>
      act<PaymentAnswer>(caller, documents.payInvoice, { invoiceId, paymentMethodToken: 'tok_success', ...input }),
    refund: (paymentId: string, input: object = {}) =>
      act<{ refund: { id: string; status: string; amount: Money } | null; payment: { status: string } | null; userErrors: UserError[] }>(
        biller,
        documents.refundPayment,
        { paymentId, reason: 'test', ...input },
      ),
    /** An issued invoice of this amount of a new patient. */
    async issuedInvoice(amountMinor = 10_000) {
      const patientId = await kit.registerPatient();
      await kit.chargeFee(patientId, amountMinor);
      const { invoice } = await kit.issue({ patientId });
      if (!invoice) throw new Error('the invoice was not issued');
      return { patientId, invoiceId: invoice.id };
    },
    /** What a query of `caller` about an entity of the graph answers. */
    async entity<Answer>(caller: TestCaller, typename: string, id: string, selection: string): Promise<Answer> {
      const data = await caller.execute<{ _entities: Answer[] }>(
        `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on ${typename} ${selection} } }`,
        { representations: [{ __typename: typename, id }] },
      );
      return data._entities[0] as Answer;
    },
    balanceOf: async (patientId: string): Promise<number> =>
      (await kit.entity<{ account: { balance: Money } }>(biller, 'Patient', patientId, '{ account { balance { amountMinor currency } } }'))
        .account.balance.amountMinor,
    sql: async <Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> =>
      (await graph.subgraph.database.pool.query(text, values)).rows as Row[],
    [Symbol.asyncDispose]: () => graph[Symbol.asyncDispose](),
  };
  return kit;
}

export type Billing = Awaited<ReturnType<typeof billing>>;
