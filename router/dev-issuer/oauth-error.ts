/** An answer of OAuth's error catalogue (RFC 6749 §5.2, §4.1.2.1). Its description is read by the developer of a client. */
export class OAuthError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, description: string, status = 400) {
    super(description);
    this.code = code;
    this.status = status;
  }
}
