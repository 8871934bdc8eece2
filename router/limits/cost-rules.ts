import { Kind, parse, valueFromASTUntyped } from 'graphql';
import type { ConstDirectiveNode, DefinitionNode } from 'graphql';

/** `@listSize` of a field, as the GraphQL cost specification of IBM has it. */
export interface ListSize {
  readonly assumedSize: number | undefined;
  /** Arguments that say how long the list will be; `input.first` for one within an input object. */
  readonly slicingArguments: readonly string[];
  /** Fields of what the field returns that are as long as its own arguments say: `edges` of a connection. */
  readonly sizedFields: readonly string[];
  readonly requireOneSlicingArgument: boolean;
}

/** The `@cost` and `@listSize` of a supergraph. */
export interface CostRules {
  /** By `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum`. */
  readonly weights: ReadonlyMap<string, number>;
  /** By `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>;
}

const specUrl = /^https:\/\/specs\.apollo\.dev\/cost\/v0\./;

/** Reads the rules under whatever names the supergraph has imported the directives. */
export function readCostRules(supergraphSdl: string): CostRules {
  const { definitions } = parse(supergraphSdl, { noLocation: true });
  const names = importedNames(definitions);
  const weights = new Map<string, number>();
  const listSizes = new Map<string, ListSize>();

  function note(coordinate: string, directives: readonly ConstDirectiveNode[] = []): void {
    for (const directive of directives) {
      if (directive.name.value === names.cost) {
        const weight = Number(argumentsOf(directive)['weight']);
        if (Number.isFinite(weight)) weights.set(coordinate, weight);
      }
      if (directive.name.value === names.listSize) listSizes.set(coordinate, listSize(argumentsOf(directive)));
    }
  }

  for (const definition of definitions) {
    if (!('name' in definition) || !definition.name) continue;
    const type = definition.name.value;
    if ('directives' in definition) note(type, definition.directives as readonly ConstDirectiveNode[]);
    if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION)
      for (const field of definition.fields ?? []) note(`${type}.${field.name.value}`, field.directives);
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION && definition.kind !== Kind.INTERFACE_TYPE_DEFINITION) continue;
    for (const field of definition.fields ?? []) {
      const coordinate = `${type}.${field.name.value}`;
      note(coordinate, field.directives);
      for (const argument of field.arguments ?? []) note(`${coordinate}(${argument.name.value}:)`, argument.directives);
    }
  }
  return { weights, listSizes };
}

const argumentsOf = ({ arguments: given = [] }: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));

const listSize = (given: Readonly<Record<string, unknown>>): ListSize => ({
  assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : undefined,
  slicingArguments: texts(given['slicingArguments']),
  sizedFields: texts(given['sizedFields']),
  requireOneSlicingArgument: given['requireOneSlicingArgument'] !== false,
});

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []);

/** `@link(url: ".../cost/v0.1", as: "price", import: ["@cost", { name: "@listSize", as: "@size" }])` */
function importedNames(definitions: readonly DefinitionNode[]): { readonly cost: string; readonly listSize: string } {
  const links = definitions.flatMap((definition) =>
    definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION
      ? (definition.directives ?? []).filter(({ name }) => name.value === 'link').map(argumentsOf)
      : [],
  );
  const link = links.find(({ url }) => typeof url === 'string' && specUrl.test(url));
  const prefix = typeof link?.['as'] === 'string' ? link['as'] : 'cost';
  const imports: unknown[] = Array.isArray(link?.['import']) ? link['import'] : [];
  const nameOf = (directive: string): string | undefined => {
    for (const item of imports) {
      if (item === `@${directive}`) return directive;
      if (typeof item === 'object' && item !== null && 'name' in item && item.name === `@${directive}`)
        return 'as' in item && typeof item.as === 'string' ? item.as.replace(/^@/, '') : directive;
    }
    return undefined;
  };
  // The directive that bears the name of its specification needs no import.
  return { cost: nameOf('cost') ?? prefix, listSize: nameOf('listSize') ?? `${prefix}__listSize` };
}
