import { GraphQLError } from 'graphql';

interface ErrorEntry {
  /** May the very same request succeed later? Retryable refusals are not kept under the idempotency key. */
  readonly retryable: boolean;
  readonly meaning: string;
  readonly remedy: string;
}

/**
 * Every way a mutation can be refused. The enum `ErrorCode` in schema/common.graphql and docs/errors.md
 * list the same codes; errors.test.ts fails when they disagree.
 */
export const refusalCodes = {
  NOT_FOUND: {
    retryable: false,
    meaning: 'The thing is not there, or it is not yours to see.',
    remedy: 'Check the id and who you are signed in as.',
  },
  NOT_ALLOWED: {
    retryable: false,
    meaning: 'You can see the thing, but your role may not do this.',
    remedy: 'Ask someone whose role may.',
  },
  INVALID_INPUT: { retryable: false, meaning: 'A value is outside what the field accepts.', remedy: 'Correct the field named by path.' },
  ILLEGAL_STATE: {
    retryable: false,
    meaning: 'The step is not legal from the current state.',
    remedy: 'Look at currentState and allowedStates.',
  },
  CONFLICT: {
    retryable: false,
    meaning: 'It contradicts something that exists already.',
    remedy: 'Read the message; load the current data and decide again.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    retryable: false,
    meaning: 'The idempotency key was used before with another input.',
    remedy: 'Use a new key for a new request.',
  },
  PATIENT_UNKNOWN: {
    retryable: true,
    meaning: 'This service has not heard of the patient (yet).',
    remedy: 'Check the id; right after a registration, retry in a second.',
  },
  VISIT_UNKNOWN: {
    retryable: true,
    meaning: 'This service has not heard of a video visit for the appointment (yet).',
    remedy: 'Check the id; right after a booking, retry in a second.',
  },
  SLOT_TAKEN: {
    retryable: false,
    meaning: 'The time overlaps another appointment of the practitioner.',
    remedy: 'Take one of nextFreeSlots.',
  },
  PATIENT_BUSY: {
    retryable: false,
    meaning: 'The time overlaps another appointment of the patient.',
    remedy: 'Choose another time or move the other appointment.',
  },
  SLOT_UNAVAILABLE: {
    retryable: false,
    meaning: 'The practitioner does not offer this service at this time.',
    remedy: 'Take a start from availableSlots.',
  },
  NOTICE_TOO_SHORT: {
    retryable: false,
    meaning: 'The time is nearer than the minimum notice of the visit type.',
    remedy: 'Choose a later time, or call the front desk.',
  },
  BEYOND_HORIZON: {
    retryable: false,
    meaning: 'The time is further away than the booking horizon of the visit type.',
    remedy: 'Choose an earlier time.',
  },
  NOT_ADMITTED: {
    retryable: false,
    meaning: 'The practitioner is not admitted to an open visit with this patient.',
    remedy: 'Admit the patient first, or write outside of the visit.',
  },
  VISIT_NOT_OPEN_YET: {
    retryable: true,
    meaning: 'The visit is not open yet, or this service has not heard of its start.',
    remedy: 'Admit the patient; right after the admission, retry in a second.',
  },
  DETECTED_ISSUE_OPEN: {
    retryable: false,
    meaning: 'The check found an issue of high severity that nobody has overridden.',
    remedy: 'Override it with a reason, or change the prescription.',
  },
  CHECK_UNAVAILABLE: {
    retryable: true,
    meaning: 'The data needed for the safety check may be out of date.',
    remedy: 'Retry in a moment; nothing was signed.',
  },
  SECOND_FACTOR_REQUIRED: {
    retryable: false,
    meaning: 'A controlled substance needs a second factor at signing.',
    remedy: 'Sign with a second factor.',
  },
  PHARMACY_INCAPABLE: {
    retryable: false,
    meaning: 'The pharmacy lacks the capability this prescription needs.',
    remedy: 'Choose a pharmacy with the capability.',
  },
  SIGNED_IMMUTABLE: { retryable: false, meaning: 'What is signed cannot be changed.', remedy: 'Write a replacement or an addendum.' },
  CURRENCY_MISMATCH: {
    retryable: false,
    meaning: 'The amount is in another currency than the account.',
    remedy: 'Use the currency of the invoice.',
  },
  OVERPAYMENT: { retryable: false, meaning: 'The amount is more than is still owed.', remedy: 'Pay at most the balance.' },
  REFUND_EXCEEDS_PAYMENT: {
    retryable: false,
    meaning: 'The refund is more than what is left of the payment.',
    remedy: 'Refund at most the unrefunded part.',
  },
  PAYMENT_DECLINED: {
    retryable: false,
    meaning: 'The payment provider declined.',
    remedy: 'Use another payment method with a new idempotency key.',
  },
  NOTHING_TO_INVOICE: { retryable: false, meaning: 'There is no billable charge.', remedy: 'Wait until a service is complete.' },
} as const satisfies Record<string, ErrorEntry>;

export type RefusalCode = keyof typeof refusalCodes;

/** The shape of `UserError` in schema/common.graphql. */
export interface UserError {
  code: RefusalCode;
  message: string;
  path: string[];
  retryable: boolean;
  currentState: string | null;
  allowedStates: string[] | null;
}

interface RefusalDetail {
  path?: string[];
  currentState?: string;
  allowedStates?: readonly string[];
}

/** An expected "no": thrown inside a mutation, answered as a `userErrors` entry. Nothing of the transaction stays. */
export class Refusal extends Error {
  readonly userErrors: UserError[];

  constructor(code: RefusalCode, message: string, detail: RefusalDetail = {}) {
    super(message);
    this.name = 'Refusal';
    this.userErrors = [
      {
        code,
        message,
        path: detail.path ?? [],
        retryable: refusalCodes[code].retryable,
        currentState: detail.currentState ?? null,
        allowedStates: detail.allowedStates ? [...detail.allowedStates] : null,
      },
    ];
  }

  /** Several complaints at once, so that a form can show all of them. */
  static all(refusals: readonly Refusal[]): Refusal {
    const [first, ...rest] = refusals;
    if (!first) throw new TypeError('Refusal.all needs at least one refusal');
    for (const other of rest) first.userErrors.push(...other.userErrors);
    return first;
  }

  get retryable(): boolean {
    return this.userErrors.some((error) => error.retryable);
  }
}

/** "Not there" and "not yours" are one answer. `path` names the input field that held the id. */
export const notFound = (noun: string, path: string[]): Refusal =>
  new Refusal('NOT_FOUND', `No ${noun} with this id that you may act on. Check the id and who you are signed in as.`, { path });

/** Codes in `errors[].extensions.code` of a GraphQL answer. Documented in docs/errors.md. */
export const graphqlCodes = {
  UNAUTHENTICATED: 'No valid token came with a request that needs one.',
  FORBIDDEN: 'The token is valid but does not allow this.',
  NOT_FOUND:
    'What the subscription is about is not there, or not (no longer) yours to see. Or the HTTP address is wrong: GraphQL is at /graphql.',
  BAD_USER_INPUT: 'A variable or argument has a value that the field does not accept.',
  GRAPHQL_PARSE_FAILED: 'The document is not GraphQL.',
  GRAPHQL_VALIDATION_FAILED: 'The document does not fit the schema.',
  SUBGRAPH_UNAVAILABLE: 'The service that owns the field did not answer. The rest of the answer is good; retry.',
  SUBGRAPH_TIMEOUT: 'The service that owns the field did not answer in time. For a mutation: repeat it with the same idempotency key.',
  SUBGRAPH_ERROR: 'The service that owns the field answered something that is not a GraphQL response.',
  INTERNAL_SERVER_ERROR: 'A defect on our side. The request id leads to its log line.',
} as const;

/**
 * Codes of requests that are refused before any service sees them, in the same place of the answer (so is NOT_FOUND). Apart from `graphqlCodes`, because
 * only the router says them: from a service they would be a defect of ours. Documented in docs/errors.md.
 */
export const requestCodes = {
  UNAUTHORIZED_FIELD_OR_TYPE: 'The scopes or the role of your token do not cover this field. Ask with a token that has what it needs.',
  BAD_REQUEST: 'The HTTP request is not one that can carry an operation.',
  OPERATION_RESOLUTION_FAILURE: 'The document has several operations, and operationName names none of them.',
  OPERATION_TOO_LARGE:
    'The document is larger than one may be. The error says which limit it is, how much it was and how much it may be: see docs/limits.md.',
  COST_LIMIT_EXCEEDED: 'The operation could cost more than one may. Ask for shorter lists, or for less of each item.',
  OPERATION_NOT_REGISTERED: 'Only registered operations run here, and this is none of those of the program that sent it.',
  PERSISTED_QUERY_NOT_FOUND: 'The hash is not known here. Send the document with it.',
  PERSISTED_QUERY_NOT_SUPPORTED: 'Only a hash came. Send the document itself.',
  RATE_LIMITED: 'Too much was asked for in a short time. Come again after retryAfterSeconds.',
  TOO_MANY_CONNECTIONS: 'As many sockets, streams or operations are open as may be. Close one, or try again shortly.',
  CLIENT_TOO_SLOW: 'Results came faster than the client read them, so its subscription was ended. Subscribe again.',
  ROUTER_BUSY: 'Too many operations that are new to the router wait to be planned. Try again in a second.',
  SHUTTING_DOWN: 'This router is being stopped. Connect again.',
  SESSION_IDLE: 'Nothing was asked for so long that the session was logged off. Sign in again.',
  IDENTITY_UNAVAILABLE: 'Whether the token is good cannot be known now: the identity provider does not answer. Try again shortly.',
} as const;

/** A subscription cannot begin or go on. "Not there" and "not yours" are one answer. */
export const notYours = (noun: string): GraphQLError =>
  new GraphQLError(`No ${noun} with this id that you may see. Check the id and who you are signed in as.`, {
    extensions: { code: 'NOT_FOUND' },
  });

/** Seen, but not for this caller to do or read. @param message one sentence for people, without data */
export const forbidden = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });

/** An argument of a query is out of range. `argument` is its path: `first`, `filter.birthDate`. */
export const badInput = (argument: string, message: string): GraphQLError =>
  new GraphQLError(`${argument}: ${message}`, { extensions: { code: 'BAD_USER_INPUT', argument } });
