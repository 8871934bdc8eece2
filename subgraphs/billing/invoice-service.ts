import { lock } from '#chassis/database.ts';
import { notFound, Refusal, type UserError } from '#chassis/errors.ts';
import type { Outcome } from '#chassis/mutation.ts';
import type { Emit } from '#chassis/outbox.ts';
import { askIn } from '#chassis/access/rules.ts';
import { accountAccess, assertRole, invoiceAccess, type InvoiceAction } from './access.ts';
import { accountOfPatient } from './account-store.ts';
import { change } from './change.ts';
import { billCharges, lockBillableCharges, overtakenFees, putOnInvoice, releaseCharges, stopOvertakenFees } from './charge-item-store.ts';
import { chargesOfOneInvoice, maxInvoiceLines } from './charge-rules.ts';
import { liveClaims } from './claim-store.ts';
import type { BillingContext, Tx } from './context.ts';
import type { CancelInvoiceInput, CreateInvoiceInput, IssueInvoiceInput } from './generated/graphql.ts';
import type { Invoice } from './generated/prisma/client.ts';
import { invoiceStates } from './invoice-states.ts';
import { insertDraft, lockInvoice, nextInvoiceNumber, paidSums, updateInvoice } from './invoice-store.ts';
import { post } from './ledger-store.ts';
import { assertCurrency } from './money.ts';
import { readText } from './text-input.ts';

interface InvoiceAnswer {
  invoice: Invoice | null;
  userErrors: UserError[];
}

/** Collects the billable charges of a patient into a draft. */
export async function createInvoice(context: BillingContext, input: CreateInvoiceInput): Promise<InvoiceAnswer> {
  const outcome = await change(context, 'createInvoice', input, async (tx) => {
    assertRole(context, accountAccess, 'createInvoice');
    if (input.currency) assertCurrency(input.currency, ['currency']);
    return { invoiceId: (await draft(context, tx, input.patientId, input.currency ?? null)).id };
  });
  return answer(context, outcome, ['patientId']);
}

/** Issues a draft, or drafts and issues in one go. */
export async function issueInvoice(context: BillingContext, input: IssueInvoiceInput): Promise<InvoiceAnswer> {
  const outcome = await change(context, 'issueInvoice', input, async (tx, emit) => {
    assertRole(context, invoiceAccess, 'issueInvoice');
    const { invoiceId, patientId } = input;
    if (Boolean(invoiceId) === Boolean(patientId)) {
      throw new Refusal('INVALID_INPUT', 'Give exactly one of invoiceId and patientId.', { path: ['invoiceId'] });
    }
    const found = patientId ? await draft(context, tx, patientId, null) : await lockInvoice(tx, invoiceId ?? '');
    const invoice = await allowed(context, tx, 'issueInvoice', found);
    await issue(context, tx, emit, invoice);
    return { invoiceId: invoice.id };
  });
  return answer(context, outcome);
}

/** Withdraws a draft, or an issued invoice of which no money is kept or under way. */
export async function cancelInvoice(context: BillingContext, input: CancelInvoiceInput): Promise<InvoiceAnswer> {
  const outcome = await change(context, 'cancelInvoice', input, async (tx, emit) => {
    assertRole(context, invoiceAccess, 'cancelInvoice');
    const cancelReason = readText(input.reason, 300, ['reason']);
    const invoice = await allowed(context, tx, 'cancelInvoice', await lockInvoice(tx, input.invoiceId));
    invoiceStates.assert(invoice.status, 'CANCELLED', ['invoiceId']);
    const { id, patientId } = invoice;
    const paidMinor = await paidAndReturned(tx, id);
    if ((await liveClaims(tx, id)).length > 0) {
      throw new Refusal('CONFLICT', 'A claim stands on this invoice. Cancel the claim first.', { path: ['invoiceId'] });
    }
    const at = context.now();
    await updateInvoice(tx, invoice, { status: 'CANCELLED', cancelledAt: at, cancelReason });
    await stopOvertakenFees(tx, await releaseCharges(tx, id));
    if (invoice.status === 'ISSUED') {
      // What was paid has left the receivable already, and its refund stands against revenue.
      const amount = { amountMinor: invoice.totalMinor - paidMinor, currency: invoice.currency };
      await post(tx, { kind: 'INVOICE_CANCELLED', sourceId: id, patientId, invoiceId: id, amount, at });
    }
    await emit('invoice.cancelled', id, { invoiceId: id, patientId, total: totalOf(invoice) });
    return { invoiceId: id };
  });
  return answer(context, outcome);
}

/** What was paid for the invoice, all of it given back. @throws Refusal CONFLICT while some of it is kept or under way */
async function paidAndReturned(tx: Tx, invoiceId: string): Promise<number> {
  const [sums] = await paidSums(tx, [invoiceId]);
  const { paidMinor, pendingMinor, refundedMinor } = sums ?? { paidMinor: 0, pendingMinor: 0, refundedMinor: 0 };
  if (paidMinor + pendingMinor === refundedMinor) return paidMinor;
  const message =
    pendingMinor > 0
      ? 'A payment of the invoice is under way. Wait until it is settled; if it succeeds, refund it and cancel again.'
      : 'The invoice has a payment that is not fully refunded. Refund it, wait until the refund succeeded, and cancel again.';
  throw new Refusal('CONFLICT', message, { path: ['invoiceId'] });
}

/** The invoice, for somebody who may do this with it. @throws Refusal NOT_FOUND */
async function allowed(context: BillingContext, tx: Tx, action: InvoiceAction, invoice: Invoice | null): Promise<Invoice> {
  if (!invoice || !(await invoiceAccess.may(askIn(tx, context), action, invoice))) throw notFound('invoice', ['invoiceId']);
  return invoice;
}

const totalOf = ({ totalMinor, currency }: Invoice) => ({ amountMinor: totalMinor, currency });

async function draft(context: BillingContext, tx: Tx, patientId: string, currency: string | null): Promise<Invoice> {
  await lock(tx, `patient:${patientId}`);
  const account = await accountOfPatient(tx, patientId);
  if (!account || !(await accountAccess.may(askIn(tx, context), 'createInvoice', account))) {
    throw new Refusal(
      'PATIENT_UNKNOWN',
      'Billing knows no patient with this id (yet). Check the id; right after a registration, retry in a second.',
      {
        path: ['patientId'],
      },
    );
  }
  const inCurrency = currency ?? account.currency;
  const charges = chargesOfOneInvoice(await lockBillableCharges(tx, patientId, inCurrency, maxInvoiceLines));
  if (charges.length === 0) {
    throw new Refusal('NOTHING_TO_INVOICE', `The patient has no billable charge in ${inCurrency}. Wait until a service is complete.`, {
      path: ['patientId'],
    });
  }
  const invoice = await insertDraft(tx, { patientId, currency: inCurrency, charges, at: context.now() });
  await putOnInvoice(
    tx,
    charges.map(({ id }) => id),
    invoice.id,
  );
  return invoice;
}

/** The number comes last, because its counter holds up everyone else who issues. */
async function issue(context: BillingContext, tx: Tx, emit: Emit, invoice: Invoice): Promise<void> {
  invoiceStates.assert(invoice.status, 'ISSUED', ['invoiceId']);
  const { id, patientId } = invoice;
  if ((await overtakenFees(tx, id)) > 0) {
    throw new Refusal(
      'CONFLICT',
      'The draft holds a fee of an appointment that took place after all and is charged itself. Cancel the draft and make a new one.',
      { path: ['invoiceId'] },
    );
  }
  const at = context.now();
  if ((await billCharges(tx, id)) === 0) throw new Error(`draft ${id} has no billable charge`);
  await post(tx, { kind: 'INVOICE_ISSUED', sourceId: id, patientId, invoiceId: id, amount: totalOf(invoice), at });
  await emit('invoice.issued', id, { invoiceId: id, patientId, total: totalOf(invoice) });
  await updateInvoice(tx, invoice, { status: 'ISSUED', issuedAt: at, number: await nextInvoiceNumber(tx, invoice, at) });
}

async function answer(context: BillingContext, outcome: Outcome<{ invoiceId: string }>, path = ['invoiceId']): Promise<InvoiceAnswer> {
  if (!outcome.ok) return { invoice: null, userErrors: outcome.userErrors };
  const invoice = await invoiceAccess.visible(context, await context.loaders.invoice.load(outcome.result.invoiceId));
  return { invoice, userErrors: invoice ? [] : notFound('invoice', path).userErrors };
}
