/** Who acts. The router takes it from the access token; a subgraph believes it only from the router's signed token. */
export const roles = ['PATIENT', 'PRACTITIONER', 'FRONT_DESK', 'BILLER', 'PHARMACY', 'PAYER', 'PRIVACY_OFFICER', 'SYSTEM'] as const;
export type Role = (typeof roles)[number];

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
}
