const plainWord = /^[\w./~:@%+,-]+$/;
const shellWord = (text: string) => (plainWord.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);

/**
 * What a person sees when everything runs: where, a first query to paste, where the tokens are.
 * With `dataDir` (DATA_DIR as set, if it is), the token command names it: the key that signs tokens lies in that folder.
 */
export function greeting({ url, seconds, dataDir }: { url: string; seconds: string; dataDir?: string | undefined }): string {
  const token = `${dataDir ? `DATA_DIR=${shellWord(dataDir)} ` : ''}npm run -s token --`;
  return `
The graph is ready after ${seconds} s.

  Sandbox   ${url}/          (a browser; tokens of demo people are on the page)
  GraphQL   ${url}/graphql
  Health    ${url}/health/ready

A first query, as a patient of the demo data:

  curl -s ${url}/graphql \\
    -H "authorization: Bearer $(${token} patient)" \\
    -H 'content-type: application/json' \\
    -d '{"query":"{ me { patient { name { text } appointments(first: 2) { edges { node { startsAt status practitioner { displayName } } } } } } } }"}'

Tokens: ${token} <patient|practitioner|frontdesk|biller|pharmacy|payer|privacy>
Ctrl+C stops everything.
`;
}
