export type StreamProtocol = 'sse' | 'multipart';

const json = /^application\/(?:[\w.+-]+\+)?json$/;

/**
 * How a client wants its results, when it wants them as a stream. Clients list several types in order of preference (RFC 9110 §12.5.1);
 * who names JSON first gets JSON, so a client that could also read events gets a plain answer to its queries.
 */
export function streamProtocol(accept: string | undefined): StreamProtocol | null {
  const wanted = (accept ?? '')
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
      return { type, parameters, quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .toSorted((a, b) => b.quality - a.quality);
  for (const { type, parameters } of wanted) {
    if (json.test(type)) return null;
    if (type === 'text/event-stream') return 'sse';
    if (type === 'multipart/mixed' && parameters.some((parameter) => /^subscriptionspec\s*=\s*"?1\.0"?$/.test(parameter)))
      return 'multipart';
  }
  return null;
}
