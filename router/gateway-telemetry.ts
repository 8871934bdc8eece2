/** `@apollo/gateway` 2.14 reports usage to its vendor unless this is set before it is built. This project never reports home. */
export function disableGatewayTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = '1';
}
