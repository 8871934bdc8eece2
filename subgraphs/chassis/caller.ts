/** Who acts. The router takes it from the access token; a subgraph believes it only from the router's signed token. */
export const roles = ['PATIENT', 'PRACTITIONER', 'FRONT_DESK', 'BILLER', 'PHARMACY', 'PAYER', 'PRIVACY_OFFICER', 'SYSTEM'] as const;
export type Role = (typeof roles)[number];

/**
 * Why data is asked for (HL7 v3 PurposeOfUse): treatment, emergency treatment, payment, operations of the clinic, research,
 * the patient's own request, compliance, running the system.
 */
export const purposes = ['TREAT', 'ETREAT', 'HPAYMT', 'HOPERAT', 'HRESCH', 'PATRQT', 'HCOMPL', 'HSYSADMIN'] as const;
export type PurposeOfUse = (typeof purposes)[number];

export interface Caller {
  readonly role: Role;
  /** The `sub` of the access token: one person or one partner system. */
  readonly subject: string;
  /** For PATIENT: the person's own chart. */
  readonly patientId?: string | undefined;
  /** For PRACTITIONER. */
  readonly practitionerId?: string | undefined;
  /** For PHARMACY and PAYER: the organization, for a pharmacy its `phm_…` id. */
  readonly organizationId?: string | undefined;
  /** SMART on FHIR v2 scopes. */
  readonly scopes: readonly string[];
  /** The program through which they act: `client_id` or `azp` of the access token. */
  readonly clientId?: string | undefined;
  /** Who acts on behalf of the subject, when that is someone else: `act.sub` of the access token (RFC 8693 §4.1). */
  readonly actor?: string | undefined;
  /** Why they ask; see `purposeOf` for who does not say. */
  readonly purpose?: PurposeOfUse | undefined;
}

/** Who acts when nobody asked: event handlers and background work of a subgraph. */
export const systemCaller = (name: string): Caller => ({ role: 'SYSTEM', subject: `system:${name}`, scopes: [] });

const usualPurpose: Readonly<Record<Role, PurposeOfUse>> = {
  PATIENT: 'PATRQT',
  PRACTITIONER: 'TREAT',
  FRONT_DESK: 'HOPERAT',
  BILLER: 'HPAYMT',
  PHARMACY: 'TREAT',
  PAYER: 'HPAYMT',
  PRIVACY_OFFICER: 'HCOMPL',
  SYSTEM: 'HSYSADMIN',
};

export const purposeOf = ({ role, purpose }: Caller): PurposeOfUse => purpose ?? usualPurpose[role];

/** Where a client's request came from and what it asked: for the audit, never for a decision. */
export interface Origin {
  /** The client's network address as the router saw it. */
  readonly address?: string | undefined;
  /** SHA-256 of the client's document, base64url: the same for the same operation, without its values. */
  readonly operationHash?: string | undefined;
}
