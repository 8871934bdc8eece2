/** What a person sees when everything runs: where, a first query to paste, where the tokens are. */
export const greeting = (url: string, seconds: string): string => `
The graph is ready after ${seconds} s.

  Sandbox   ${url}/          (a browser; tokens of demo people are on the page)
  GraphQL   ${url}/graphql
  Health    ${url}/health/ready

A first query, as a patient of the demo data:

  curl -s ${url}/graphql \\
    -H "authorization: Bearer $(npm run -s token -- patient)" \\
    -H 'content-type: application/json' \\
    -d '{"query":"{ me { patient { name { text } appointments(first: 2) { edges { node { startsAt status practitioner { displayName } } } } } } } }"}'

Tokens: npm run -s token -- <patient|practitioner|frontdesk|biller|pharmacy|payer|privacy>
Ctrl+C stops everything.
`;
