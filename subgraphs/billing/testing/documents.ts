// The operations of the tests; each answers under the name `answer`.

const userErrors = 'userErrors { code message path retryable currentState allowedStates }';
const money = '{ amountMinor currency }';
const totals = `totals { total ${money} paid ${money} pending ${money} refunded ${money} balance ${money} }`;
const invoice = `invoice { id status number lines { position code amount ${money} } ${totals} }`;
const claim = 'claim { id status outcome disposition }';
const coverage = 'coverage { id status memberId periodStart periodEnd }';

const mutation = (field: string, selection: string): string =>
  `mutation ($input: ${field[0]?.toUpperCase()}${field.slice(1)}Input!) { answer: ${field}(input: $input) { ${selection} ${userErrors} } }`;

export const setPrice = mutation('setPrice', `pricedCharges price { id serviceCode amount ${money} effectiveFrom effectiveTo }`);
export const waiveCharge = mutation('waiveCharge', 'chargeItem { id status statusReason }');
export const createInvoice = mutation('createInvoice', invoice);
export const issueInvoice = mutation('issueInvoice', invoice);
export const cancelInvoice = mutation('cancelInvoice', invoice);
export const payInvoice = mutation('payInvoice', `payment { id status failureCode amount ${money} } ${invoice}`);
export const refundPayment = mutation('refundPayment', `refund { id status amount ${money} } payment { id status refunds { id status } }`);
export const recordCoverage = mutation('recordCoverage', coverage);
export const cancelCoverage = mutation('cancelCoverage', coverage);
export const createClaim = mutation('createClaim', claim);
export const submitClaim = mutation('submitClaim', claim);
export const cancelClaim = mutation('cancelClaim', claim);
export const adjudicateClaim = mutation('adjudicateClaim', claim);
