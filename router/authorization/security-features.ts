import { DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import type { CoreFeature } from '@apollo/federation-internals';

const kinds = ['authenticated', 'requiresScopes', 'policy'] as const;

/** What each directive is called in a supergraph; null where it does not use it. Subgraphs may rename what they import. */
export type SecurityDirectives = Readonly<Record<(typeof kinds)[number], string | null>>;

const identityOf = (kind: string): string => `https://specs.apollo.dev/${kind}`;

const enforced: ReadonlySet<string> = new Set([
  ...DEFAULT_SUPPORTED_SUPERGRAPH_FEATURES,
  ...kinds.map((kind) => `${identityOf(kind)}/v0.1`),
]);

/** @throws when it is no supergraph, or one that needs something for its security or its execution that this router does not do */
export function readSupergraph(supergraphSdl: string): Supergraph {
  const supergraph = Supergraph.build(supergraphSdl, { supportedFeatures: new Set(enforced), validateSupergraph: false });
  const unknown = features(supergraph).filter(
    ({ url }) => kinds.some((kind) => url.identity === identityOf(kind)) && !enforced.has(url.base.toString()),
  );
  if (unknown.length > 0)
    throw new Error(`The supergraph cannot be served: ${unknown.map(({ url }) => `${url.toString()} is not enforced`).join(', ')}.`);
  return supergraph;
}

/** @throws when one is applied that no link explains: nobody could say whether it protects something */
export function securityDirectives(supergraph: Supergraph): SecurityDirectives {
  const nameOf = (kind: (typeof kinds)[number]): string | null => {
    const feature = features(supergraph).find(({ url }) => url.identity === identityOf(kind));
    if (feature) return feature.directiveNameInSchema(kind);
    const stray = supergraph.schema.directive(kind);
    if (stray && !supergraph.schema.coreFeatures?.sourceFeature(stray))
      throw new Error(`The supergraph cannot be served: it has a directive @${kind} without the @link that says what it means.`);
    return null;
  };
  return { authenticated: nameOf('authenticated'), requiresScopes: nameOf('requiresScopes'), policy: nameOf('policy') };
}

const features = ({ schema }: Supergraph): CoreFeature[] => [...(schema.coreFeatures?.allFeatures() ?? [])];
