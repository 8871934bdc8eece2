import { consentDecision } from '#chassis/access/consent-decision.ts';
import { readConsentsAreFresh } from '#chassis/access/consent-sql.ts';
import { askIn } from '#chassis/access/rules.ts';
import { Refusal } from '#chassis/errors.ts';
import { joinSensitivities } from '#chassis/sensitivities.ts';
import { chargesOfInvoice } from './charge-item-store.ts';
import type { BillingContext, Tx } from './context.ts';
import type { Claim } from './generated/prisma/client.ts';

/**
 * A claim tells the payer by its codes what was done. That needs no consent: who is covered has agreed to it with the payer (45 CFR
 * 164.506, payment). But a patient may forbid it for a kind of sensitive data, and pay themselves (45 CFR 164.522(a)(1)(vi)).
 * What was submitted before stays with the payer.
 * @throws Refusal CONFLICT when an active consent forbids payment for what the claim tells of; CHECK_UNAVAILABLE when that is not known
 */
export async function assertMayTellPayer(context: BillingContext, tx: Tx, claim: Claim): Promise<void> {
  const charges = await chargesOfInvoice(tx, claim.invoiceId);
  const labels = joinSensitivities(...charges.map(({ sensitivities }) => sensitivities));
  if (labels.length === 0) return;
  if (!(await readConsentsAreFresh(tx))) {
    throw new Refusal('CHECK_UNAVAILABLE', 'What the patient allows may be out of date here. Nothing was submitted; retry in a moment.', {
      path: ['claimId'],
    });
  }
  const { provisions, now } = await askIn(tx, context).charts.consents(claim.patientId);
  const question = { practitionerId: null, purpose: 'PAYMENT' };
  if (labels.some((label) => consentDecision(provisions, question, label, now) === 'DENY')) {
    throw new Refusal(
      'CONFLICT',
      'The patient has forbidden to tell a payer of a service on this invoice. Ask the patient to pay, or for a consent.',
      {
        path: ['claimId'],
      },
    );
  }
}
